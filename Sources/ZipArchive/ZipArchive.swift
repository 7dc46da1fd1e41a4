import System

/// A zip file (PKWARE's APPNOTE.TXT): its central directory in memory, its data read where it lies.
///
/// Entries may be stored or deflated; zip64, UTF-8 names and data descriptors are understood. What contradicts
/// itself is refused. The file stays open for as long as a value lives, so that a replaced file does no harm.
public struct ZipArchive: Sendable {
  /// In the order of the central directory.
  public let entries: [Entry]
  /// Identifies the archive: 16 hexadecimal digits, from the central directory with all checksums in it.
  public let digest: String
  let file: ArchiveFile

  /// Opens a file and reads its central directory.
  /// - Parameter arrival: brings the bytes of a file that is still arriving but has its full size already; nil: all
  ///   are there. What is read is waited for; ``storedRange(of:)`` says where data lies that nobody has waited for.
  /// - Throws: ``ZipError`` when it is not a zip file, is cut off or damaged, or one part of several.
  public init(path: String, arrival: (any FileArrival)? = nil) throws(ZipError) {
    file = try ArchiveFile(path: path, arrival: arrival)
    let directory = try CentralDirectory(file)
    entries = directory.entries
    digest = directory.digest
  }

  public var path: String { file.path }

  /// The entry of that name; nil when there is none. Of several the last, as in Python's `zipfile`.
  public func entry(named name: String) -> Entry? { entries.last { $0.name.isSameBytes(as: name) } }

  /// An entry's data, unpacked; its checksum and size are checked.
  /// - Parameter limit: the largest size that is taken into memory, bytes.
  public func contents(of entry: Entry, limit: Int) throws(ZipError) -> [UInt8] {
    guard entry.size <= limit else {
      throw ZipError(
        path: path, entry: entry.name, reason: "it is too large: \(entry.size) bytes, \(limit) are allowed")
    }
    try entry.requireReadable(path)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entry.size)
    try EntryReader(file).read(entry) { bytes += $0 }
    return bytes
  }

  /// Reads an entry's data, and throws when its checksum or size is wrong.
  public func verify(_ entry: Entry) throws(ZipError) { try EntryReader(file).read(entry) { _ in } }

  /// Where the data of an entry lies in the file; nil when it is compressed. The checksum is not checked.
  /// - Throws: ``ZipError`` when it is encrypted, or its local header contradicts the central directory.
  public func storedRange(of entry: Entry) throws(ZipError) -> (offset: Int, length: Int)? {
    guard entry.method == .stored else { return nil }
    try entry.requireReadable(path)
    return (try LocalHeader.check(entry, in: file), entry.size)
  }
}

extension ZipArchive.Entry {
  /// Refuses what cannot be read, or cannot be true, before memory or disk is taken for it.
  func requireReadable(_ path: String) throws(ZipError) {
    func fail(_ reason: String) -> ZipError { ZipError(path: path, entry: name, reason: reason) }
    guard !isEncrypted else { throw fail("it is encrypted; pack it without a password") }
    switch method {
    case .stored:
      guard size == compressedSize else { throw fail("it is stored, but its two sizes differ") }
    case .deflated:
      // Two bits stand for 258 bytes at best.
      let (most, overflow) = compressedSize.multipliedReportingOverflow(by: 1032)
      guard overflow || size <= most else { throw fail("no deflated data of its length unpacks to its size") }
    case .other(let number):
      throw fail("its compression method \(number) is not supported; pack it stored or deflated")
    }
  }
}
