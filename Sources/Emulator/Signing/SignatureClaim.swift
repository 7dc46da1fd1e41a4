import Foundation

/// What a request says about its signature, in the `Authorization` header or, presigned, in its query.
struct SignatureClaim: Sendable {
  static let algorithm = "AWS4-HMAC-SHA256"
  /// Seven days.
  private static let lifetimeLimit = 604_800

  /// `20260131/us-east-1/s3/aws4_request`.
  struct Scope: Sendable {
    var day: String
    var region: String
    var service: String

    var text: String { "\(day)/\(region)/\(service)/aws4_request" }
  }

  var keyID: String
  var scope: Scope
  /// `20260131T081530Z`.
  var timestamp: String
  var signedHeaders: [String]
  var signature: String
  var sessionToken: String?
  /// Seconds that a presigned request may be used for.
  var lifetime: Int?

  /// - Throws: `AccessDenied` when there is no signature, `AuthorizationHeaderMalformed` and the like when it
  ///   cannot be read.
  init(_ request: Request) throws(S3Fault) {
    if let header = request.headers["authorization"] {
      try self.init(header: header, request)
    } else if request.parameter("X-Amz-Algorithm") != nil {
      try self.init(presigned: request)
    } else if request.parameter("AWSAccessKeyId") != nil {
      throw Self.otherMechanism
    } else {
      throw S3Fault(403, "AccessDenied", "Access Denied")
    }
  }

  /// Signature Version 2, which botocore still presigns with by default.
  private static let otherMechanism = S3Fault.invalidRequest(
    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")

  private init(header: String, _ request: Request) throws(S3Fault) {
    guard header.hasPrefix(Self.algorithm + " ") else { throw Self.otherMechanism }
    var fields: [Substring: String] = [:]
    for field in header.dropFirst(Self.algorithm.count).split(separator: ",") {
      let pair = field.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { fields[pair[0].drop { $0 == " " }] = pair[1].trimmingCharacters(in: .whitespaces) }
    }
    guard let credential = fields["Credential"], let headers = fields["SignedHeaders"],
      let signature = fields["Signature"]
    else { throw Authenticator.malformed("it needs Credential, SignedHeaders and Signature.") }
    let date = request.headers["x-amz-date"] ?? ""
    try self.init(credential: credential, timestamp: date, signedHeaders: headers, signature: signature)
    sessionToken = request.headers["x-amz-security-token"]
  }

  private init(presigned request: Request) throws(S3Fault) {
    guard request.parameter("X-Amz-Algorithm") == Self.algorithm,
      let credential = request.parameter("X-Amz-Credential"),
      let headers = request.parameter("X-Amz-SignedHeaders"), let date = request.parameter("X-Amz-Date"),
      let signature = request.parameter("X-Amz-Signature"),
      let lifetime = request.parameter("X-Amz-Expires").flatMap({ Int($0) })
    else {
      throw S3Fault(
        400, "AuthorizationQueryParametersError",
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
          + "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
    }
    guard (1...Self.lifetimeLimit).contains(lifetime) else {
      throw S3Fault(
        400, "AuthorizationQueryParametersError",
        "X-Amz-Expires must be between 1 and \(Self.lifetimeLimit) seconds.")
    }
    try self.init(credential: credential, timestamp: date, signedHeaders: headers, signature: signature)
    sessionToken = request.parameter("X-Amz-Security-Token")
    self.lifetime = lifetime
  }

  private init(
    credential: String, timestamp: String, signedHeaders: String, signature: String
  ) throws(S3Fault) {
    let parts = credential.split(separator: "/").map(String.init)
    guard parts.count >= 5, parts.last == "aws4_request" else {
      throw Authenticator.malformed("the Credential is not of the form KEY/DATE/REGION/SERVICE/aws4_request.")
    }
    keyID = parts.dropLast(4).joined(separator: "/")
    let scope = parts.suffix(4)
    self.scope = Scope(
      day: scope[scope.startIndex], region: scope[scope.startIndex + 1], service: scope[scope.startIndex + 2])
    self.timestamp = timestamp
    self.signedHeaders = signedHeaders.lowercased().split(separator: ";").map(String.init)
    self.signature = signature
  }
}
