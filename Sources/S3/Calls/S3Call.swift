import HTTP
import XML

/// One call, as it is asked for; how it is addressed, signed and tried again is the client's affair.
struct S3Call {
  var operation: S3Operation
  var method: String
  var location: S3Location
  var query: [(name: String, value: String)] = []
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// Bytes: the longest answer's body.
  var limit = 1 << 20
  /// Seconds without a byte before an attempt is given up, where not the client's usual.
  var stallTimeout: Double?

  init(_ operation: S3Operation, method: String, _ location: S3Location) {
    self.operation = operation
    self.method = method
    self.location = location
    if let versionID = location.versionID, operation != .copyObject {
      query.append(("versionId", versionID))
    }
  }

  /// Whether the answer to success is a document, and may turn out to be an error.
  var answersXML: Bool { operation == .copyObject || operation == .getObjectTagging }

  func error(
    _ code: String, _ message: String, status: Int? = nil, requestID: String? = nil, remedy: String? = nil
  ) -> S3Error {
    S3Error(
      operation: operation.rawValue, location: location, status: status, code: code, message: message,
      requestID: requestID, remedy: remedy)
  }

  func error(_ error: HTTPError) -> S3Error {
    let code =
      switch error.kind {
      case .connect: "ConnectionFailed"
      case .timeout: "Timeout"
      case .broken, .malformed: "ConnectionBroken"
      case .tooLarge: "TooLarge"
      case .tls: "TLSFailed"
      case .certificate: "CertificateRejected"
      case .sink: "FileError"
      case .invalidRequest: "InvalidRequest"
      }
    return self.error(code, error.reason)
  }

  /// The error that an answer reports.
  func error(_ answer: HTTPResponse) -> S3Error {
    let document = XMLElement(parsing: answer.body).flatMap { $0.name == "Error" ? $0 : $0.child("Error") }
    let code = document?["Code"] ?? Self.code(status: answer.status)
    return error(
      code, document?["Message"] ?? "", status: answer.status,
      requestID: answer.headers["x-amz-request-id"] ?? document?["RequestId"],
      remedy: Advice.remedy(operation: operation, location: location, status: answer.status, code: code))
  }

  /// For answers that say no more than their status.
  private static func code(status: Int) -> String {
    switch status {
    case 301: "PermanentRedirect"
    case 304: "NotModified"
    case 307: "TemporaryRedirect"
    case 400: "BadRequest"
    case 403: "AccessDenied"
    case 404: "NotFound"
    case 405: "MethodNotAllowed"
    case 412: "PreconditionFailed"
    case 416: "InvalidRange"
    case 429: "TooManyRequests"
    case 500: "InternalError"
    case 503: "ServiceUnavailable"
    default: "Status\(status)"
    }
  }
}
