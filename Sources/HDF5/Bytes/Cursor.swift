import System

/// Reads the fields of a structure one after the other. Nothing else interprets the file's bytes, and each
/// read is checked against the end.
struct Cursor: Sendable {
  /// How many bytes an address takes in this file ("size of offsets").
  let addressSize: Int
  /// How many bytes a length takes ("size of lengths").
  let lengthSize: Int
  private let source: Bytes
  /// The offset of the next byte from the structure's start.
  private(set) var position = 0

  init(_ source: Bytes, addressSize: Int, lengthSize: Int) {
    self.source = source
    self.addressSize = addressSize
    self.lengthSize = lengthSize
  }

  /// How many bytes follow.
  var remaining: Int { source.count - position }

  /// The next bytes, as they are.
  mutating func bytes(_ count: Int) throws(FormatError) -> Bytes {
    let start = position
    try skip(count)
    return try source.part(start, count)
  }

  /// Whether the next bytes are these letters. Reads nothing.
  func startsWith(_ letters: StaticString) throws(FormatError) -> Bool {
    try source.has(letters, at: position)
  }

  /// Reads the checksum of all that was read before.
  mutating func checksum() throws(FormatError) {
    let expected = try source.part(0, position).withBuffer { Lookup3.hash($0) }
    guard try uint32() == expected || Checksums.areIgnored else {
      throw FormatError("its checksum is wrong: the file is damaged")
    }
  }

  mutating func skip(_ count: Int) throws(FormatError) {
    guard count >= 0, count <= remaining else {
      throw FormatError("it ends \(max(0, remaining)) bytes on, where \(count) are needed")
    }
    position += count
  }

  /// Goes on at the next multiple of 8 from the structure's start.
  mutating func align() throws(FormatError) { try skip((8 - position % 8) % 8) }

  mutating func uint8() throws(FormatError) -> UInt8 { try UInt8(truncatingIfNeeded: uint64(size: 1)) }
  mutating func uint16() throws(FormatError) -> UInt16 { try UInt16(truncatingIfNeeded: uint64(size: 2)) }
  mutating func uint32() throws(FormatError) -> UInt32 { try UInt32(truncatingIfNeeded: uint64(size: 4)) }

  /// A little-endian number of up to 8 bytes, all its bits.
  mutating func uint64(size: Int) throws(FormatError) -> UInt64 {
    let value = try source.number(at: position, size: size)
    position += size
    return value
  }

  /// A little-endian count or size of up to 8 bytes.
  mutating func integer(size: Int) throws(FormatError) -> Int {
    let value = try uint64(size: size)
    guard let value = Int(exactly: value) else {
      throw FormatError("it has the size \(value), beyond all files")
    }
    return value
  }

  mutating func integer8() throws(FormatError) -> Int { try integer(size: 1) }
  mutating func integer16() throws(FormatError) -> Int { try integer(size: 2) }
  mutating func integer32() throws(FormatError) -> Int { try integer(size: 4) }

  /// A length of the file's width.
  mutating func length() throws(FormatError) -> Int { try integer(size: lengthSize) }

  /// An address, relative to the superblock's base address; nil: the undefined address, all bits of which
  /// are set.
  mutating func address() throws(FormatError) -> Int? {
    let value = try uint64(size: addressSize)
    if value == .max >> UInt64(64 - 8 * addressSize) { return nil }
    guard let value = Int(exactly: value) else { throw FormatError("it has an address beyond all files") }
    return value
  }

  /// An address that must be there.
  mutating func definedAddress() throws(FormatError) -> Int {
    guard let address = try address() else { throw FormatError("it has an undefined address") }
    return address
  }

  /// The four letters that a structure begins with.
  mutating func signature(_ letters: StaticString) throws(FormatError) {
    let isThere = try startsWith(letters)
    try skip(letters.utf8CodeUnitCount)
    guard isThere else { throw FormatError("it does not begin with \(letters)") }
  }

  /// Reads a checksum that covers the whole structure, with zero in its own place.
  mutating func checksumWithin() throws(FormatError) {
    var copy = try source.withBuffer { Array($0) }
    let place = position..<(position + 4)
    let expected = try uint32()
    for index in place { copy[index] = 0 }
    guard copy.withUnsafeBytes({ Lookup3.hash($0) }) == expected || Checksums.areIgnored else {
      throw FormatError("its checksum is wrong: the file is damaged")
    }
  }

  /// The version of a structure, which must be one of those that are known.
  mutating func version(_ known: ClosedRange<Int>, of structure: StaticString) throws(FormatError) -> Int {
    let version = try integer8()
    guard known.contains(version) else {
      throw FormatError("its \(structure) has the unknown version \(version)")
    }
    return version
  }

  /// The text before the next zero byte, which is read too.
  mutating func terminatedString() throws(FormatError) -> String {
    let bytes = try source.terminated(from: position)
    position += bytes.count + 1
    return try bytes.string
  }

  /// A text of a given length, without the zero bytes at its end.
  mutating func string(_ count: Int) throws(FormatError) -> String {
    try bytes(count).terminatedString
  }
}
