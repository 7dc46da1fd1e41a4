extension ZipArchive {
  /// One entry of the central directory.
  public struct Entry: Sendable, Equatable {
    /// As stored: parts separated by `/`, a folder's name ends with one. Not checked for harm: ``Unpacker``
    /// does that.
    public let name: String
    public let method: CompressionMethod
    /// Bytes in the archive.
    public let compressedSize: Int
    /// Bytes once unpacked.
    public let size: Int
    public let crc32: UInt32
    /// Unix mode, file type included; nil when the archive was not made on a Unix.
    public let mode: UInt32?
    public let isEncrypted: Bool

    /// The name's bytes as they are in the archive, to be compared with the local header's.
    let rawName: [UInt8]
    let flags: EntryFlags
    /// Where the local header lies in the file.
    let headerOffset: Int
    /// Where the next entry, or else the central directory, begins: header and data end before.
    var extentEnd: Int

    public var isDirectory: Bool { name.utf8.last == UInt8(ascii: "/") }

    public var isSymbolicLink: Bool { fileType == .symbolicLink }

    var fileType: FileType { FileType(mode: mode, isDirectory: isDirectory) }
  }

  /// How an entry's data is stored (APPNOTE.TXT, 4.4.5).
  public enum CompressionMethod: Sendable, Equatable {
    case stored
    case deflated
    /// One that is not read, by its number.
    case other(Int)

    init(_ number: Int) {
      switch number {
      case 0: self = .stored
      case 8: self = .deflated
      default: self = .other(number)
      }
    }
  }
}

/// General purpose bit flags (APPNOTE.TXT, 4.4.4).
struct EntryFlags: OptionSet, Sendable {
  let rawValue: Int

  static let encrypted = EntryFlags(rawValue: 1 << 0)
  /// Checksum and sizes follow the data.
  static let dataDescriptor = EntryFlags(rawValue: 1 << 3)
  /// The data is a patch of another file.
  static let patch = EntryFlags(rawValue: 1 << 5)
  static let strongEncryption = EntryFlags(rawValue: 1 << 6)
  /// The name is UTF-8.
  static let utf8 = EntryFlags(rawValue: 1 << 11)
}

/// What an entry becomes in the file system.
enum FileType: Equatable {
  case file(isExecutable: Bool)
  case directory
  case symbolicLink
  /// A device, socket or pipe; or a name and a mode that contradict each other.
  case refused(String)

  init(mode: UInt32?, isDirectory: Bool) {
    let mode = mode ?? 0
    switch mode & 0o170000 {
    case 0: self = isDirectory ? .directory : .file(isExecutable: mode & 0o111 != 0)
    case 0o100000:
      self =
        isDirectory
        ? .refused("its mode is a file's, its name a folder's") : .file(isExecutable: mode & 0o111 != 0)
    case 0o040000:
      self = isDirectory ? .directory : .refused("its mode is a folder's, its name a file's")
    case 0o120000:
      self = isDirectory ? .refused("its mode is a link's, its name a folder's") : .symbolicLink
    case 0o020000, 0o060000: self = .refused("it is a device")
    case 0o010000: self = .refused("it is a pipe")
    case 0o140000: self = .refused("it is a socket")
    default: self = .refused("its mode is unknown")
    }
  }
}
