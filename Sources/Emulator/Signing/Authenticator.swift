import Digests
import Foundation
import System

/// Checks AWS Signature Version 4 as the service does: from the request as it came, independently of what the
/// project's own client thinks it signed.
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
struct Authenticator: Sendable {
  /// The longest time between a request's date and now, in seconds.
  private static let skewLimit = 15.0 * 60

  var keys: [AccessKey]
  var now: @Sendable () -> Date = { Date() }

  /// - Parameters:
  ///   - service: `s3` or `lambda`.
  ///   - bodyHash: for services other than S3, which do not send it: the body's SHA-256, hexadecimal.
  /// - Returns: what the signature says of the body, which is still to be checked.
  func verify(_ request: Request, service: String, bodyHash: String? = nil) throws(S3Fault) -> PayloadSigning
  {
    let claim = try SignatureClaim(request)
    guard let key = keys.first(where: { $0.id == claim.keyID }) else {
      throw S3Fault(
        403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
        details: [("AWSAccessKeyId", claim.keyID)])
    }
    guard claim.sessionToken == key.sessionToken else {
      throw S3Fault(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
    }
    guard claim.scope.service == service, claim.timestamp.hasPrefix(claim.scope.day) else {
      throw Self.malformed(
        "the credential scope \(claim.scope.text) is not for \(service) at \(claim.timestamp)")
    }
    try checkTime(claim)
    try checkCoverage(request, claim)

    let payloadHash = if let bodyHash { bodyHash } else { try self.payloadHash(request, claim) }
    let canonical = canonicalRequest(request, claim, payloadHash: payloadHash, service: service)
    let toSign = [
      SignatureClaim.algorithm, claim.timestamp, claim.scope.text,
      Digest.sha256(canonical.utf8).hex,
    ].joined(separator: "\n")
    let signer = ChunkSigner(secret: key.secret, timestamp: claim.timestamp, scope: claim.scope)
    guard Self.isEqual(signer.signature(of: toSign), claim.signature) else {
      throw S3Fault(
        403, "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key "
          + "and signing method.",
        details: [
          ("AWSAccessKeyId", claim.keyID), ("StringToSign", toSign), ("SignatureProvided", claim.signature),
          ("CanonicalRequest", canonical),
        ])
    }
    return try PayloadSigning(payloadHash, signer: signer, seed: claim.signature)
  }

  static func malformed(_ reason: String) -> S3Fault {
    S3Fault(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; \(reason)")
  }

  private func checkTime(_ claim: SignatureClaim) throws(S3Fault) {
    guard let date = UTCTime(basic: claim.timestamp) else {
      throw S3Fault(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
    }
    let age = now().timeIntervalSince(Date(date))
    if let lifetime = claim.lifetime {
      guard age >= -Self.skewLimit, age <= Double(lifetime) else {
        throw S3Fault(
          403, "AccessDenied", "Request has expired", details: [("X-Amz-Expires", String(lifetime))])
      }
    } else if abs(age) > Self.skewLimit {
      throw S3Fault(
        403, "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        details: [("RequestTime", claim.timestamp), ("ServerTime", UTCTime(now()).extended)])
    }
  }

  /// The host and all of AWS's own headers must be signed.
  private func checkCoverage(_ request: Request, _ claim: SignatureClaim) throws(S3Fault) {
    let needed = request.headers.keys.filter { $0 == "host" || $0.hasPrefix("x-amz-") }
    let unsigned = Set(needed).subtracting(claim.signedHeaders)
    guard unsigned.isEmpty else {
      throw S3Fault(
        403, "AccessDenied", "There were headers present in the request which were not signed",
        details: [("HeadersNotSigned", unsigned.sorted().joined(separator: ", "))])
    }
  }

  private func payloadHash(_ request: Request, _ claim: SignatureClaim) throws(S3Fault) -> String {
    if let hash = request.headers["x-amz-content-sha256"] { return hash }
    if claim.lifetime != nil { return PayloadSigning.unsignedText }
    throw .invalidRequest("Missing required header for this request: x-amz-content-sha256")
  }

  private func canonicalRequest(
    _ request: Request, _ claim: SignatureClaim, payloadHash: String, service: String
  ) -> String {
    // S3 encodes a path once; other services encode what was sent again.
    let path = PercentEncoding.encode(
      service == "s3" ? PercentEncoding.decode(request.path) : request.path, keeping: "/")
    let query = request.parameters
      .filter { $0.name != "X-Amz-Signature" }
      .map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
      .sorted { $0 < $1 }
      .map { "\($0.0)=\($0.1)" }
      .joined(separator: "&")
    let headers = claim.signedHeaders.map { name in
      let words = (request.headers[name] ?? "").split(separator: " ")
      return "\(name):\(words.joined(separator: " "))\n"
    }
    return [
      request.method, path, query, headers.joined(), claim.signedHeaders.joined(separator: ";"), payloadHash,
    ].joined(separator: "\n")
  }

  /// Takes as long for any two strings of the same length.
  static func isEqual(_ a: String, _ b: String) -> Bool {
    a.utf8.count == b.utf8.count && zip(a.utf8, b.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
