/// What an archive may ask for: beyond it is taken for a bomb.
public struct UnpackLimits: Sendable {
  /// Entries, folders that are only implied included.
  public var count = 100_000
  /// Symbolic links.
  public var links = 1000
  /// Bytes out for each byte in, for what is large.
  public var ratio = 200
  /// Bytes, of an entry or of all, up to which the ratio is of no interest.
  public var smallSize = 32 << 20
  /// Bytes of all entries, unpacked. Beside it, all must fit into the free space.
  public var totalSize = Int.max

  public init() {}
}
