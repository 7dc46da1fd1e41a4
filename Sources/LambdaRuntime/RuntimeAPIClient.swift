/// Lambda's Runtime API over HTTP.
public struct RuntimeAPIClient: RuntimeClient {
  /// - Parameter environment: `AWS_LAMBDA_RUNTIME_API` names the endpoint as `host:port`.
  public init(environment: [String: String]) throws(RuntimeError) {
    throw RuntimeError(.notConfigured, operation: "", reason: "under construction")
  }

  public func next() throws(RuntimeError) -> Invocation {
    throw RuntimeError(.notConfigured, operation: "", reason: "under construction")
  }

  public func respond(_ requestID: String, _ body: [UInt8]) throws(RuntimeError) {}

  public func fail(_ requestID: String, _ failure: InvocationFailure) throws(RuntimeError) {}

  public func failInit(_ failure: InvocationFailure) throws(RuntimeError) {}
}
