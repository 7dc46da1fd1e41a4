/// Why a call of the Runtime API failed.
public struct RuntimeError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Kind: Sendable, Equatable {
    /// There is no endpoint to talk to, or its name makes no sense.
    case notConfigured
    /// The API did not accept the call: a status of 4xx. The process may go on.
    case refused(status: Int)
    /// The API's own failure (5xx), after which AWS asks the runtime to exit.
    case containerError(status: Int)
    /// No answer: the connection could not be made or broke, retries included.
    case unreachable
    /// An answer that contradicts the API.
    case badAnswer
  }

  public let kind: Kind
  /// The call: `GET /2018-06-01/runtime/invocation/next`.
  public let operation: String
  public let reason: String

  public init(_ kind: Kind, operation: String, reason: String) {
    self.kind = kind
    self.operation = operation
    self.reason = reason
  }

  public var description: String { operation.isEmpty ? reason : "\(operation): \(reason)" }
}
