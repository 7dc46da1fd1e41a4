extension ZipArchive {
  /// One entry of the central directory.
  public struct Entry: Sendable, Equatable {
    /// As stored: parts separated by `/`, a folder's name ends with one. Not yet checked for harm.
    public let name: String
    /// How the data is stored (APPNOTE.TXT, 4.4.5).
    public let method: CompressionMethod
    /// Bytes in the archive.
    public let compressedSize: Int
    /// Bytes once unpacked.
    public let size: Int
    public let crc32: UInt32
    /// Unix mode, file type included; nil when the archive was not made on a Unix.
    public let mode: UInt32?
    public let isDirectory: Bool
    public let isSymbolicLink: Bool
  }

  public enum CompressionMethod: Sendable, Equatable {
    case stored
    case deflated
    /// One that is not read, by its number.
    case other(Int)
  }
}
