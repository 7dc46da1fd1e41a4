/// How an object is downloaded into a file.
public struct DownloadOptions: Sendable {
  /// Bytes that one request asks for.
  public var partSize: Int
  /// Requests at once.
  public var connections: Int
  /// The ETag that the object must have; nil: any.
  public var ifMatch: String?

  public init(partSize: Int = 8 << 20, connections: Int = 8, ifMatch: String? = nil) {
    self.partSize = partSize
    self.connections = connections
    self.ifMatch = ifMatch
  }
}
