/// The list of an archive's entries (APPNOTE.TXT, 4.3.12).
struct CentralDirectory {
  let entries: [ZipArchive.Entry]
  /// Of all that it says: 16 hexadecimal digits.
  let digest: String

  private static let headerLength = 46
  /// Bytes; a million entries with names of usual length.
  private static let largestSize = 128 << 20

  init(_ file: ArchiveFile) throws(ZipError) {
    let end = try EndOfCentralDirectory(file)
    guard end.size <= Self.largestSize else {
      throw ZipError(path: file.path, reason: "its central directory is too large: \(end.size) bytes")
    }
    guard end.count <= end.size / Self.headerLength else {
      throw ZipError(path: file.path, reason: "its central directory is too short for \(end.count) entries")
    }
    let bytes = try file.read(at: end.offset, count: end.size)
    var entries: [ZipArchive.Entry] = []
    entries.reserveCapacity(end.count)
    var rest = bytes[...]
    for index in 0..<end.count {
      entries.append(try Self.entry(&rest, number: index + 1, end, file.path))
    }
    guard rest.isEmpty else {
      throw ZipError(path: file.path, reason: "its central directory has more than \(end.count) entries")
    }
    try Self.findExtents(&entries, end, file.path)
    self.entries = entries
    digest = Self.digest(bytes, fileSize: file.size)
  }

  private static func entry(
    _ rest: inout ArraySlice<UInt8>, number: Int, _ end: EndOfCentralDirectory, _ path: String
  ) throws(ZipError) -> ZipArchive.Entry {
    guard let header = Record(rest, length: headerLength, signature: 0x0201_4B50) else {
      throw ZipError(path: path, reason: "its central directory breaks off at entry number \(number)")
    }
    let (nameLength, extraLength) = (header.uint16(28), header.uint16(30))
    let length = headerLength + nameLength + extraLength + header.uint16(32)
    guard length <= rest.count else {
      throw ZipError(path: path, reason: "its central directory breaks off at entry number \(number)")
    }
    let rawName = Array(rest.dropFirst(headerLength).prefix(nameLength))
    let extra = ExtraFields(rest.dropFirst(headerLength + nameLength).prefix(extraLength))
    rest = rest.dropFirst(length)

    let flags = EntryFlags(rawValue: header.uint16(8))
    guard let name = EntryName.decode(rawName, flags: flags, extra: extra) else {
      let name = String(decoding: rawName, as: UTF8.self)
      throw ZipError(path: path, entry: name, reason: "its name is not UTF-8, though it is marked as such")
    }
    func fail(_ reason: String) -> ZipError { ZipError(path: path, entry: name, reason: reason) }
    guard let wide = extra.widened([header.uint32(24), header.uint32(20), header.uint32(42)]) else {
      throw fail("its zip64 field is missing or too short")
    }
    // 0xFFFF refers to the zip64 field, whose number is of no interest: the archive is one file.
    guard header.uint16(34) == 0 || header.uint16(34) == 0xFFFF else {
      throw fail("its data is in another part of the archive; join the parts first")
    }
    guard !flags.contains(.patch) else { throw fail("it is a patch of another file") }
    let (offset, overflow) = end.base.addingReportingOverflow(wide[2])
    guard !overflow, offset < end.offset else { throw fail("its data is not in the archive") }
    // Made on Unix or macOS.
    let isUnix = [3, 19].contains(header.uint16(4) >> 8)
    return ZipArchive.Entry(
      name: name, method: ZipArchive.CompressionMethod(header.uint16(10)), compressedSize: wide[1],
      size: wide[0], crc32: UInt32(header.uint32(16)), mode: isUnix ? UInt32(header.uint16(40)) : nil,
      isEncrypted: !flags.isDisjoint(with: [.encrypted, .strongEncryption]), rawName: rawName, flags: flags,
      headerOffset: offset, extentEnd: end.offset)
  }

  /// Gives each entry its part of the file: entries that share bytes are a bomb or a mistake.
  private static func findExtents(
    _ entries: inout [ZipArchive.Entry], _ end: EndOfCentralDirectory, _ path: String
  ) throws(ZipError) {
    var limit = end.offset
    for index in entries.indices.sorted(by: { entries[$0].headerOffset > entries[$1].headerOffset }) {
      let entry = entries[index]
      let overhead = LocalHeader.length + entry.rawName.count
      guard limit - entry.headerOffset >= overhead,
        limit - entry.headerOffset - overhead >= entry.compressedSize
      else {
        throw ZipError(path: path, entry: entry.name, reason: "its data overlaps what follows it")
      }
      entries[index].extentEnd = limit
      limit = entry.headerOffset
    }
  }

  /// FNV-1a over the directory, which has every checksum, and the file's size.
  private static func digest(_ bytes: [UInt8], fileSize: Int) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    for byte in bytes { add(byte) }
    for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: fileSize >> shift)) }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
