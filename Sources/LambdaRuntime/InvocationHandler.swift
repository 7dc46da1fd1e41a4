/// What is done with an event.
public protocol InvocationHandler {
  /// - Returns: the answer: JSON, at most 6 MB.
  func handle(_ invocation: Invocation) throws(InvocationFailure) -> [UInt8]
}
