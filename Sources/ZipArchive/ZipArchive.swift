import Glibc

/// A zip file (PKWARE's APPNOTE.TXT): its central directory in memory, its data read where it lies.
///
/// The file stays open for as long as a value lives, so that a replaced file does no harm.
public struct ZipArchive: Sendable {
  public let path: String
  /// In the order of the central directory.
  public let entries: [Entry]

  /// Opens a file and reads its central directory.
  public init(path: String) throws(ZipError) {
    throw ZipError(path: path, reason: "under construction")
  }

  /// The entry of that name; nil when there is none. Of several the last, as Python's `zipfile` has it.
  public func entry(named name: String) -> Entry? { entries.last { $0.name == name } }

  /// An entry's data, unpacked, checksum and size checked.
  /// - Parameter limit: the largest size that is read, bytes.
  public func contents(of entry: Entry, limit: Int) throws(ZipError) -> [UInt8] {
    throw ZipError(path: path, reason: "under construction")
  }

  /// Where the data of an entry lies in the file as it is: nil when it is compressed.
  public func storedRange(of entry: Entry) throws(ZipError) -> (offset: Int, length: Int)? {
    throw ZipError(path: path, reason: "under construction")
  }
}
