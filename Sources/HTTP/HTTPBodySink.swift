/// Takes an answer's body as it arrives, instead of memory.
public protocol HTTPBodySink: AnyObject {
  /// Asked once the headers are there.
  func use(of head: HTTPResponse) -> HTTPBodyUse

  /// The next bytes of a body that goes to the sink.
  func write(_ bytes: UnsafeRawBufferPointer) -> HTTPBodyReaction
}

/// Where an answer's body goes.
public enum HTTPBodyUse: Sendable {
  /// Memory takes it, as for an error's text.
  case memory
  /// The sink takes it.
  case sink
  /// Nobody wants it: the exchange succeeds without it.
  case none
}

/// What a sink makes of some bytes.
public enum HTTPBodyReaction: Sendable {
  case taken
  /// There is no room for them now: the exchange rests until ``HTTPClient/resume(_:)``, and the same bytes come again.
  case later
  /// The exchange ends with ``HTTPError/Kind/sink``; the sink knows why.
  case refused
}
