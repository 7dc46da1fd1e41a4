/// Where the central directory lies (APPNOTE.TXT, 4.3.14 to 4.3.16).
struct EndOfCentralDirectory {
  /// In the file, bytes.
  let offset: Int
  let size: Int
  /// Of entries.
  let count: Int
  /// Bytes in front of the archive, such as a program that unpacks it. Offsets count from after them.
  let base: Int

  private static let length = 22
  private static let largestComment = 65535
  private static let usualLength = 1024

  init(_ file: ArchiveFile) throws(ZipError) {
    func fail(_ reason: String) -> ZipError { ZipError(path: file.path, reason: reason) }
    // Comments are rare and short: as a rule the file's last bytes do.
    var tailStart = max(0, file.size - Self.usualLength)
    var found = try Self.find(file.read(at: tailStart, count: file.size - tailStart))
    if found == nil {
      tailStart = max(0, file.size - Self.length - Self.largestComment)
      found = try Self.find(file.read(at: tailStart, count: file.size - tailStart))
    }
    guard let (position, record) = found else {
      let isZip = try file.read(at: 0, count: min(4, file.size)) == [0x50, 0x4B, 3, 4]
      throw fail(
        isZip ? "its end is missing: it is cut off, or something was added to it" : "it is not a zip file")
    }
    var end = tailStart + position
    var (offset, size, count) = (record.uint32(16), record.uint32(12), record.uint16(10))
    var disks = [record.uint16(4), record.uint16(6)]
    var countOnDisk = record.uint16(8)
    if let zip64 = try Self.zip64(file, before: end) {
      let record = zip64.record
      guard let longOffset = record.uint64(48), let longSize = record.uint64(40),
        let longCount = record.uint64(32), let longCountOnDisk = record.uint64(24)
      else { throw fail("its zip64 end record holds impossible numbers") }
      // What fits the short fields may be in both records.
      guard offset == longOffset || offset == 0xFFFF_FFFF, size == longSize || size == 0xFFFF_FFFF,
        count == longCount || count == 0xFFFF
      else { throw fail("its two end records contradict each other") }
      (end, offset, size, count, countOnDisk) = (
        zip64.position, longOffset, longSize, longCount, longCountOnDisk
      )
      disks = [record.uint32(16), record.uint32(20)]
    }
    guard disks == [0, 0], countOnDisk == count else {
      throw fail("it is one part of an archive of several; join them first")
    }
    let (length, overflow) = offset.addingReportingOverflow(size)
    guard !overflow, length <= end else {
      throw fail("its central directory is not where its end record says")
    }
    base = end - length
    self.offset = base + offset
    self.size = size
    self.count = count
  }

  /// The record is the last thing in the file, but for a comment of the length that it gives.
  private static func find(_ tail: [UInt8]) -> (position: Int, Record)? {
    for position in stride(from: tail.count - length, through: 0, by: -1) where tail[position] == 0x50 {
      if let record = Record(tail[...], at: position, length: length, signature: 0x0605_4B50),
        position + length + record.uint16(20) == tail.count
      {
        return (position, record)
      }
    }
    return nil
  }

  private static func zip64(_ file: ArchiveFile, before end: Int) throws(ZipError)
    -> (position: Int, record: Record)?
  {
    let (locatorLength, recordLength) = (20, 56)
    guard end >= locatorLength,
      let locator = try Record(
        file.read(at: end - locatorLength, count: locatorLength)[...], length: locatorLength,
        signature: 0x0706_4B50)
    else { return nil }
    // The locator's offset does not know of bytes in front of the archive.
    let immediate = end - locatorLength - recordLength
    for position in [locator.uint64(8), immediate] {
      guard let position, position >= 0, position <= immediate else { continue }
      let bytes = try file.read(at: position, count: recordLength)
      if let record = Record(bytes[...], length: recordLength, signature: 0x0606_4B50) {
        return (position, record)
      }
    }
    throw ZipError(path: file.path, reason: "its zip64 end record is not where its locator says")
  }
}
