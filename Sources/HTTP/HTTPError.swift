/// Why there is no answer, or not a whole one.
public struct HTTPError: Error, Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable {
    /// No connection: the name is not known, nobody listens, the network is down.
    case connect
    /// It took longer than ``HTTPRequest/timeout`` or one of the other times allows.
    case timeout
    /// The connection broke before the answer was whole.
    case broken
    /// What came is not HTTP.
    case malformed
    /// The body is longer than ``HTTPRequest/limit``.
    case tooLarge
    /// No TLS connection could be agreed on.
    case tls
    /// The server is not who it should be: wrong name, expired, or signed by nobody known.
    case certificate
    /// The ``HTTPBodySink`` would not take the body.
    case sink
    /// The request is invalid: a wrong URL, a line break in a header.
    case invalidRequest
  }

  public let kind: Kind
  /// `GET http://127.0.0.1:9001/2018-06-01/runtime/invocation/next`, without the query.
  public let request: String
  public let reason: String

  public init(_ kind: Kind, request: String, reason: String) {
    self.kind = kind
    self.request = request
    self.reason = reason
  }

  /// Whether the same request may well succeed in a moment.
  public var isRetryable: Bool {
    switch kind {
    case .connect, .timeout, .broken, .malformed, .tls: true
    case .tooLarge, .certificate, .sink, .invalidRequest: false
    }
  }

  public var description: String { "\(request): \(reason)" }
}
