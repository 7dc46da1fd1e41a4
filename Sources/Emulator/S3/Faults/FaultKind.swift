/// The ways in which a request to S3 fails that was right. Raw values are S3's error codes where there is
/// one. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
public enum FaultKind: String, CaseIterable, Sendable {
  /// `503`, nothing done.
  case slowDown = "SlowDown"
  /// `500`, nothing done.
  case internalError = "InternalError"
  /// The work is done, and the connection closes in the middle of the answer's body.
  case truncatedBody = "TruncatedBody"
  /// `200` with an error document, nothing done: copies and completed uploads.
  case errorIn200 = "ErrorIn200"
  /// The connection closes without an answer, nothing done.
  case closedBefore = "ClosedBefore"
  /// The work is done, and the connection closes without an answer.
  case closedAfter = "ClosedAfter"
  /// One bit of an object's bytes is another than it was; headers and length are right.
  case bitFlip = "BitFlip"
  /// `400`, nothing done: what S3 says to a client that is slow to send its body.
  case requestTimeout = "RequestTimeout"
  /// `409`, nothing done: writes only.
  case operationAborted = "OperationAborted"
  /// The work is done, and the answer stops: an object's in the middle, others before they begin. The
  /// connection closes a good while later.
  case stall = "Stall"
  /// `400`, nothing done: credentials whose time is over.
  case expiredToken = "ExpiredToken"

  /// Whether a request can fail in this way.
  func canBefall(_ call: S3Call) -> Bool {
    let method = call.request.method
    switch self {
    case .truncatedBody: return method != "HEAD"
    case .errorIn200:
      return call.header("x-amz-copy-source") != nil || method == "POST" && call.has("uploadId")
    case .bitFlip:
      return method == "GET" && call.key != nil && !["acl", "tagging", "uploadId"].contains(where: call.has)
    case .operationAborted: return method != "GET" && method != "HEAD"
    default: return true
    }
  }

  /// The error document's content, for the kinds that are answered with one.
  var refusal: S3Fault? {
    switch self {
    case .slowDown: S3Fault(503, rawValue, "Please reduce your request rate.")
    case .internalError: .internalError("on purpose")
    case .errorIn200:
      S3Fault(200, "InternalError", "We encountered an internal error. Please try again. (on purpose)")
    case .requestTimeout:
      S3Fault(
        400, rawValue,
        "Your socket connection to the server was not read from or written to within the timeout period. Idle "
          + "connections will be closed.", headers: ["Connection": "close"])
    case .operationAborted:
      S3Fault(
        409, rawValue,
        "A conflicting conditional operation is currently in progress against this resource. Please try again."
      )
    case .expiredToken: S3Fault(400, rawValue, "The provided token has expired.")
    case .truncatedBody, .closedBefore, .closedAfter, .bitFlip, .stall: nil
    }
  }
}
