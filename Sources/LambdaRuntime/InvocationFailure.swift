/// Why an event, or the start, failed: what Lambda reports to the caller as `errorType` and `errorMessage`.
public struct InvocationFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// `Function.X` or `Runtime.X`.
  public var type: String
  /// Any text.
  public var message: String

  public init(type: String, message: String) {
    self.type = type
    self.message = message
  }

  public var description: String { "\(type): \(message)" }
}
