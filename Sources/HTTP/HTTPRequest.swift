/// A request, as it goes over the wire.
public struct HTTPRequest: Sendable {
  /// `GET`, `HEAD`, `POST`, `PUT`, ...
  public var method: String
  /// `http://` or `https://`, percent-encoded. Path and query are sent as they are: `..` and `//` stay.
  public var url: String
  /// Sent in this order, besides `Host` and `Content-Length`. An empty value is sent as such.
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]
  /// Seconds that the whole exchange may take; nil: any time.
  public var timeout: Double?
  /// Seconds until there is a connection, TLS included.
  public var connectTimeout: Double = 5
  /// Seconds in which not a byte moves either way before the exchange is given up, waiting for the answer
  /// included; nil: any time.
  public var stallTimeout: Double?
  /// Bytes: the longest answer's body that is kept. A longer one ends the exchange with
  /// ``HTTPError/Kind/tooLarge``.
  public var limit: Int

  /// - Parameters:
  ///   - timeout: seconds for the whole exchange; nil: any time.
  ///   - stallTimeout: seconds without progress; nil: any time.
  ///   - limit: bytes of the answer's body.
  public init(
    method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
    timeout: Double? = nil, stallTimeout: Double? = nil, limit: Int = 16 << 20
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.stallTimeout = stallTimeout
    self.limit = limit
  }
}
