/// Lambda's Runtime API as the loop sees it.
public protocol RuntimeClient {
  /// Waits, without a limit, for the next event.
  func next() throws(RuntimeError) -> Invocation
  /// Answers an event.
  func respond(_ requestID: String, _ body: [UInt8]) throws(RuntimeError)
  /// Says that an event failed.
  func fail(_ requestID: String, _ failure: InvocationFailure) throws(RuntimeError)
  /// Says that the start failed.
  func failInit(_ failure: InvocationFailure) throws(RuntimeError)
}
