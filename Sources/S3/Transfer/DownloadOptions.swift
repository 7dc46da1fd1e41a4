/// How an object is downloaded into a file.
public struct DownloadOptions: Sendable {
  /// Bytes that one request asks for; nil: few enough for all connections to have work.
  public var partSize: Int?
  /// Requests at once.
  public var connections: Int
  /// The ETag that the object must have; nil: any.
  public var ifMatch: String?

  public init(partSize: Int? = nil, connections: Int = 16, ifMatch: String? = nil) {
    self.partSize = partSize
    self.connections = connections
    self.ifMatch = ifMatch
  }

  /// Bytes that the first request asks for, when the object's length is not known.
  var firstPartSize: Int { min(max(1, partSize ?? 512 << 10), 1 << 40) }

  /// Bytes of each further one.
  /// - Parameter missing: of all that is still to be asked for.
  func partSize(missing: Int) -> Int {
    if let partSize { return min(max(1, partSize), 1 << 40) }
    // Below a quarter of a megabyte the wait for an answer's first byte counts more than its bytes do; beyond eight
    // too much is asked for again when a connection breaks.
    return min(max(256 << 10, (missing + connections - 1) / max(1, connections)), 8 << 20)
  }
}
