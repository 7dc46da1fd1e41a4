/// Brings the bytes of a file that is still arriving.
public protocol FileArrival: AnyObject, Sendable {
  /// Says that these bytes of the file will be read; returns at once. They come while others are waited for.
  func request(_ range: Range<Int>)

  /// Waits until these bytes are in the file.
  func waitFor(_ range: Range<Int>) throws(FileArrivalError)
}

/// Why bytes of a file will not arrive.
public struct FileArrivalError: Error, Sendable, CustomStringConvertible {
  public let reason: String

  public init(reason: String) { self.reason = reason }

  public var description: String { reason }
}
