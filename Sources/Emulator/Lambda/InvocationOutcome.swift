import Foundation
import System

/// What an invocation's end means for its caller, its log and its process.
struct InvocationOutcome: Sendable {
  var payload: Data
  /// `Unhandled`, or nil when the function answered.
  var functionError: String?
  /// Of the `REPORT` line.
  var status: String?
  /// Added to the log before `END`.
  var logLine: String?
  /// Whether Lambda kills the process after it.
  var endsProcess = false

  /// - Parameter limit: the seconds that were allowed.
  init(_ end: InvocationEnd, requestID: String, limit: Double) {
    switch end {
    case .answered(let body): self.init(payload: body)
    case .failed(let body, let type):
      // Lambda passes the runtime's own error object on.
      let isObject = (try? JSONSerialization.jsonObject(with: body)) is [String: Any]
      let text = String(decoding: body, as: UTF8.self)
      self.init(payload: isObject ? body : Self.error(type ?? "Runtime.Unknown", text))
      functionError = "Unhandled"
      status = "error"
    case .answerTooLarge(let count):
      let text =
        "Response payload size (\(count) bytes) exceeded maximum allowed payload size "
        + "(\(LambdaLimits.responseBytes) bytes)."
      self.init(errorType: "Function.ResponseSizeTooLarge", message: text)
    case .timedOut:
      let text = "Task timed out after \(String(format: "%.2f", limit)) seconds"
      self.init(errorType: "Sandbox.Timedout", message: "RequestId: \(requestID) Error: \(text)")
      logLine = "\(UTCTime.now.extended) \(requestID) \(text)"
      status = "timeout"
      endsProcess = true
    case .exited(let exit):
      let text =
        exit == .exited(0)
        ? "Runtime exited without providing a reason" : "Runtime exited with error: \(exit)"
      self.init(errorType: "Runtime.ExitError", message: "RequestId: \(requestID) Error: \(text)")
    case .stopped:
      self.init(errorType: "Sandbox.Stopped", message: "the emulator is being stopped")
      endsProcess = true
    }
  }

  /// There is no `bootstrap` that can be started.
  init(invalidEntrypoint reason: String, requestID: String) {
    self.init(errorType: "Runtime.InvalidEntrypoint", message: "RequestId: \(requestID) Error: \(reason)")
  }

  private init(payload: Data) { self.payload = payload }

  private init(errorType: String, message: String) {
    payload = Self.error(errorType, message)
    functionError = "Unhandled"
    status = "error"
    logLine = "\(message) \(errorType)"
  }

  private static func error(_ type: String, _ message: String) -> Data {
    JSON.encode(["errorType": type, "errorMessage": message])
  }
}
