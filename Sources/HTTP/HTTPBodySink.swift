/// Takes an answer's body as it arrives, instead of memory.
public protocol HTTPBodySink: AnyObject {
  /// Asked once the headers are there.
  /// - Returns: false leaves the body to memory, as for an error's text.
  func accepts(_ head: HTTPResponse) -> Bool

  /// The next bytes of a body that was accepted.
  /// - Returns: false ends the exchange with ``HTTPError/Kind/sink``; the sink knows why.
  func write(_ bytes: UnsafeRawBufferPointer) -> Bool
}
