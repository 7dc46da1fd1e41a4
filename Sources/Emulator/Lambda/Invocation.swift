import Foundation

/// One event on its way to the function.
struct Invocation: Sendable {
  var requestID: String
  var payload: Data
  var traceID: String
  /// `X-Amz-Client-Context`, decoded.
  var clientContext: String?

  init(payload: Data, traceID: String? = nil, clientContext: String? = nil) {
    requestID = Self.newRequestID()
    self.payload = payload
    self.traceID = traceID ?? Self.newTraceID()
    self.clientContext = clientContext
  }

  static func newRequestID() -> String { UUID().uuidString.lowercased() }

  private static func newTraceID() -> String {
    let seconds = String(UInt32(Date().timeIntervalSince1970), radix: 16)
    return "Root=1-\(seconds)-\(randomHex(24));Parent=\(randomHex(16));Sampled=0"
  }

  static func randomHex(_ digits: Int) -> String {
    String((0..<digits).map { _ in "0123456789abcdef".randomElement() ?? "0" })
  }
}

/// An event as the runtime receives it from `next`.
struct Delivery: Sendable {
  var invocation: Invocation
  var deadline: Date
  var functionARN: String
}

/// How the running invocation came to its end.
enum InvocationEnd: Sendable {
  case answered(Data)
  /// The runtime posted to `error`: the body, and its `Lambda-Runtime-Function-Error-Type`.
  case failed(Data, type: String?)
  case answerTooLarge(Int)
  case timedOut
  case exited(ExitStatus)
  /// The emulator is being stopped.
  case stopped
}
