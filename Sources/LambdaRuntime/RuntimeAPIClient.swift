import HTTP

/// Lambda's Runtime API over HTTP, on one connection that is kept. To be used by one thread at a time.
public struct RuntimeAPIClient: RuntimeClient {
  /// Bytes: Lambda's events are at most 6 MB.
  private static let largestEvent = 16 << 20

  private let http = HTTPClient()
  private let endpoint: String
  private let retry: RetryPolicy

  /// - Parameter environment: `AWS_LAMBDA_RUNTIME_API` names the endpoint as `host:port`.
  /// - Throws: ``RuntimeError/Kind/notConfigured``.
  public init(environment: [String: String]) throws(RuntimeError) {
    try self.init(environment: environment, retry: RetryPolicy())
  }

  init(environment: [String: String], retry: RetryPolicy) throws(RuntimeError) {
    guard let endpoint = environment[RuntimeAPI.endpointVariable], !endpoint.isEmpty else {
      throw RuntimeError(
        .notConfigured, operation: "",
        reason: "\(RuntimeAPI.endpointVariable) is not set: this program is started by AWS Lambda. "
          + "To run it on your own machine use `thimble emulate`.")
    }
    self.endpoint = endpoint
    self.retry = retry
  }

  public func next() throws(RuntimeError) -> Invocation {
    // No timeout: the process may be frozen for hours before the answer comes.
    let request = HTTPRequest(
      url: "http://\(endpoint)\(RuntimeAPI.next)", headers: [("User-Agent", "thimble")],
      limit: Self.largestEvent)
    let response = try send(request, RuntimeAPI.next)
    func header(_ name: String) -> String? {
      response.headers[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    guard let requestID = header(RuntimeAPI.Header.requestID) else {
      throw RuntimeError(
        .badAnswer, operation: "GET \(RuntimeAPI.next)",
        reason: "the event has no \(RuntimeAPI.Header.requestID): an answer would have no address")
    }
    return Invocation(
      requestID: requestID, traceID: header(RuntimeAPI.Header.traceID),
      functionARN: header(RuntimeAPI.Header.functionARN) ?? "",
      deadline: header(RuntimeAPI.Header.deadline).flatMap { Int64($0) } ?? .max,
      clientContext: header(RuntimeAPI.Header.clientContext),
      cognitoIdentity: header(RuntimeAPI.Header.cognitoIdentity), body: response.body)
  }

  public func respond(_ requestID: String, _ body: [UInt8]) throws(RuntimeError) {
    try post(RuntimeAPI.response(requestID), [("Content-Type", RuntimeAPI.eventType)], body)
  }

  public func fail(_ requestID: String, _ failure: InvocationFailure) throws(RuntimeError) {
    try post(failure, to: RuntimeAPI.error(requestID))
  }

  public func failInit(_ failure: InvocationFailure) throws(RuntimeError) {
    try post(failure, to: RuntimeAPI.initError)
  }

  private func post(_ failure: InvocationFailure, to path: String) throws(RuntimeError) {
    try post(
      path,
      [("Content-Type", RuntimeAPI.errorType), (RuntimeAPI.Header.errorType, failure.headerType)],
      failure.json)
  }

  private func post(_ path: String, _ headers: [(String, String)], _ body: [UInt8]) throws(RuntimeError) {
    let request = HTTPRequest(
      method: "POST", url: "http://\(endpoint)\(path)",
      headers: [("User-Agent", "thimble")] + headers, body: body, limit: 1 << 20)
    _ = try send(request, path)
  }

  /// Sends a request, again when the connection breaks. A second POST of one that had arrived is refused,
  /// which does no harm.
  private func send(_ request: HTTPRequest, _ path: String) throws(RuntimeError) -> HTTPResponse {
    let operation = "\(request.method) \(path)"
    var pauses = retry.pauses[...]
    while true {
      let response: HTTPResponse
      do {
        response = try http.send(request)
      } catch {
        guard error.kind != .invalidRequest else {
          let reason = "\(RuntimeAPI.endpointVariable) is \"\(endpoint)\": \(error.reason)"
          throw RuntimeError(.notConfigured, operation: operation, reason: reason)
        }
        guard error.isRetryable else {
          throw RuntimeError(.badAnswer, operation: operation, reason: error.reason)
        }
        guard let pause = pauses.popFirst() else {
          throw RuntimeError(
            .unreachable, operation: operation,
            reason: "the Runtime API at \(endpoint) is lost: \(error.reason)")
        }
        retry.wait(pause)
        continue
      }
      if (200..<300).contains(response.status) { return response }
      throw RuntimeError(
        response.status >= 500
          ? .containerError(status: response.status) : .refused(status: response.status),
        operation: operation, reason: "status \(response.status)\(response.text)")
    }
  }
}

extension HTTPResponse {
  /// What the body says, for a message.
  fileprivate var text: String {
    body.isEmpty ? "" : ": " + String(decoding: body.prefix(500), as: UTF8.self)
  }
}
