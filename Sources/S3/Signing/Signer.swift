import Digests
import System

/// AWS Signature Version 4 in the `Authorization` header.
///
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
struct Signer: Sendable {
  static let algorithm = "AWS4-HMAC-SHA256"

  /// Headers that others on the way change, or that libcurl sets.
  private static let unsignedNames: Set = [
    "connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
    "x-amzn-trace-id",
  ]

  /// What is signed.
  struct Request: Sendable {
    var method: String
    /// With the port, where it is not the scheme's own.
    var host: String
    /// As it is sent: percent-encoded.
    var path: String
    /// Not encoded.
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    /// The query as it is sent: encoded, and in the order in which it is signed.
    var encodedQuery: String {
      query.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
        .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        .map { "\($0.0)=\($0.1)" }
        .joined(separator: "&")
    }
  }

  var credentials: Credentials
  var region: String
  var service = "s3"

  /// The headers to send: the request's own and those of the signature. `Host` is left to the client.
  /// - Parameter time: seconds since 1970.
  func sign(_ request: Request, at time: Double) -> [(name: String, value: String)] {
    let timestamp = UTCTime(time).basic
    let payloadHash = Digest.sha256(request.body).hex
    var headers = request.headers
    headers.append(("X-Amz-Date", timestamp))
    if service == "s3" { headers.append(("X-Amz-Content-SHA256", payloadHash)) }
    if let token = credentials.sessionToken { headers.append(("X-Amz-Security-Token", token)) }
    let canonicalHeaders = Self.canonicalHeaders(headers + [("Host", request.host)])
    let names = canonicalHeaders.map(\.name).joined(separator: ";")
    let canonical = canonicalRequest(request, canonicalHeaders, payloadHash: payloadHash)
    let toSign = stringToSign(canonical, timestamp: timestamp)
    let signature = Digest.hmac(key: signingKey(day: String(timestamp.prefix(8))), toSign).hex
    headers.append(
      (
        "Authorization",
        "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope(timestamp)), "
          + "SignedHeaders=\(names), Signature=\(signature)"
      ))
    return headers
  }

  // MARK: The four steps

  func canonicalRequest(
    _ request: Request, _ headers: [(name: String, value: String)], payloadHash: String
  ) -> String {
    [
      request.method, canonicalPath(request.path), request.encodedQuery,
      headers.map { "\($0.name):\($0.value)\n" }.joined(), headers.map(\.name).joined(separator: ";"),
      payloadHash,
    ].joined(separator: "\n")
  }

  func stringToSign(_ canonicalRequest: String, timestamp: String) -> String {
    [Self.algorithm, timestamp, scope(timestamp), Digest.sha256(canonicalRequest.utf8).hex]
      .joined(separator: "\n")
  }

  func signingKey(day: String) -> [UInt8] {
    [day, region, service, "aws4_request"].reduce(Array("AWS4\(credentials.secretAccessKey)".utf8)) {
      Digest.hmac(key: $0, $1)
    }
  }

  private func scope(_ timestamp: String) -> String {
    "\(timestamp.prefix(8))/\(region)/\(service)/aws4_request"
  }

  // MARK: Canonical forms

  /// Lower-case names in order, each once; values trimmed, and with single spaces inside.
  static func canonicalHeaders(
    _ headers: [(name: String, value: String)]
  ) -> [(name: String, value: String)] {
    var values: [String: [String]] = [:]
    for (name, value) in headers where !unsignedNames.contains(name.lowercased()) {
      let words = value.split { $0.isWhitespace }
      values[name.lowercased(), default: []].append(words.joined(separator: " "))
    }
    return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.joined(separator: ",")) }
  }

  /// S3 signs a path as it is sent. Other services sign it without dot segments and double slashes, encoded
  /// once more.
  private func canonicalPath(_ path: String) -> String {
    if service == "s3" { return path.isEmpty ? "/" : path }
    var segments: [Substring] = []
    for segment in path.split(separator: "/") where segment != "." {
      if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
    }
    let isFolder = path.hasSuffix("/") && !segments.isEmpty
    let normalized = "/" + segments.joined(separator: "/") + (isFolder ? "/" : "")
    return PercentEncoding.encode(normalized, keeping: "/")
  }
}
