/// What the Runtime API answers to a call that it does not accept.
struct RuntimeRefusal: Error, Sendable {
  var status: Int
  var type: String
  var message: String

  static let invalidRequestID = RuntimeRefusal(
    status: 400, type: "InvalidRequestID", message: "Invalid request ID")

  static func invalidState(_ from: String, _ to: String) -> RuntimeRefusal {
    RuntimeRefusal(
      status: 403, type: "InvalidStateTransition",
      message:
        "State transition from \(from) to \(to) failed for runtime. Error: State transition is not allowed")
  }

  static let tooLarge = RuntimeRefusal(
    status: 413, type: "RequestEntityTooLarge",
    message: "Exceeded maximum allowed payload size (\(LambdaLimits.responseBytes) bytes).")
}

/// Lambda's quotas.
enum LambdaLimits {
  /// Of a synchronous request: 6 MB.
  static let requestBytes = 6 << 20
  /// Of an asynchronous request: 1 MB.
  static let eventBytes = 1 << 20
  /// Of an answer: 6 MB and 100 bytes.
  static let responseBytes = 6_291_556
}
