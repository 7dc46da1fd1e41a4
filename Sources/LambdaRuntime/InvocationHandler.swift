/// What is done with an event.
public protocol InvocationHandler {
  /// - Returns: the answer: JSON, at most 6 MB.
  func handle(_ invocation: Invocation) throws(InvocationFailure) -> [UInt8]

  /// Why no further event can be handled by this process; nil: they can. Asked after each event was answered.
  var mustEnd: String? { get }
}

extension InvocationHandler {
  public var mustEnd: String? { nil }
}
