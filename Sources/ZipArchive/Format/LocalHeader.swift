/// What comes before an entry's data (APPNOTE.TXT, 4.3.7): it says again what the central directory
/// says, and readers that believe one or the other must not see different archives.
enum LocalHeader {
  static let length = 30

  /// Compares header and data descriptor with the central directory.
  /// - Returns: where the data begins in the file.
  static func check(_ entry: ZipArchive.Entry, in file: ArchiveFile) throws(ZipError) -> Int {
    func fail(_ reason: String) -> ZipError { ZipError(path: file.path, entry: entry.name, reason: reason) }
    let bytes = try file.read(at: entry.headerOffset, count: length)
    guard let header = Record(bytes[...], length: length, signature: 0x0403_4B50) else {
      throw fail("its local header is missing")
    }
    let (nameLength, extraLength) = (header.uint16(26), header.uint16(28))
    let start = entry.headerOffset + length + nameLength + extraLength
    guard start <= entry.extentEnd, entry.compressedSize <= entry.extentEnd - start else {
      throw fail("its data overlaps what follows it")
    }
    let variable = try file.read(at: entry.headerOffset + length, count: nameLength + extraLength)
    let flags = EntryFlags(rawValue: header.uint16(6))
    let compared: EntryFlags = [.encrypted, .dataDescriptor, .strongEncryption]
    let isASCII = entry.rawName.allSatisfy { $0 < 128 }
    guard variable.prefix(nameLength).elementsEqual(entry.rawName),
      ZipArchive.CompressionMethod(header.uint16(8)) == entry.method,
      flags.intersection(compared) == entry.flags.intersection(compared),
      isASCII || flags.contains(.utf8) == entry.flags.contains(.utf8)
    else { throw fail("its local header contradicts the central directory") }

    let extra = ExtraFields(variable.dropFirst(nameLength))
    guard let sizes = extra.widened([header.uint32(22), header.uint32(18)]) else {
      throw fail("the zip64 field of its local header is missing or too short")
    }
    let stated = [header.uint32(14)] + sizes
    let expected = [Int(entry.crc32), entry.size, entry.compressedSize]
    guard flags.contains(.dataDescriptor) else {
      guard stated == expected else { throw fail("its local header contradicts the central directory") }
      return start
    }
    // Not known yet when the header was written, or known after all.
    guard zip(stated, expected).allSatisfy({ $0 == 0 || $0 == $1 }) else {
      throw fail("its local header contradicts the central directory")
    }
    try checkDescriptor(entry, at: start + entry.compressedSize, in: file)
    return start
  }

  /// The data descriptor (4.3.9) comes with or without a signature, with sizes of 32 or 64 bits, and nothing
  /// tells which: one must fit.
  private static func checkDescriptor(_ entry: ZipArchive.Entry, at offset: Int, in file: ArchiveFile)
    throws(ZipError)
  {
    let room = try file.read(at: offset, count: min(24, entry.extentEnd - offset))[...]
    for hasSignature in [true, false] {
      let prefix = hasSignature ? 4 : 0
      if hasSignature, Record(room, length: 4, signature: 0x0807_4B50) == nil { continue }
      if let record = Record(room, at: prefix, length: 12), record.uint32(0) == Int(entry.crc32),
        record.uint32(4) == entry.compressedSize, record.uint32(8) == entry.size
      {
        return
      }
      if let record = Record(room, at: prefix, length: 20), record.uint32(0) == Int(entry.crc32),
        record.uint64(4) == entry.compressedSize, record.uint64(12) == entry.size
      {
        return
      }
    }
    throw ZipError(
      path: file.path, entry: entry.name, reason: "what follows its data contradicts the central directory")
  }
}
