/// Bob Jenkins' hash function lookup3 for bytes, as HDF5 uses it: the checksum of its structures and, of
/// names, the key of B-trees (specification, "Checksum" fields).
enum Lookup3 {
  /// The hash of a name.
  static func hash(_ name: String) -> UInt32 { Array(name.utf8).withUnsafeBytes { hash($0) } }

  static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let start = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: bytes.count)
    var (a, b, c) = (start, start, start)
    var offset = 0
    // Of a length that is a multiple of 12, the last 12 bytes are the rest.
    while bytes.count - offset > 12 {
      a &+= word(bytes, offset)
      b &+= word(bytes, offset + 4)
      c &+= word(bytes, offset + 8)
      a &-= c; a ^= c.rotated(4); c &+= b
      b &-= a; b ^= a.rotated(6); a &+= c
      c &-= b; c ^= b.rotated(8); b &+= a
      a &-= c; a ^= c.rotated(16); c &+= b
      b &-= a; b ^= a.rotated(19); a &+= c
      c &-= b; c ^= b.rotated(4); b &+= a
      offset += 12
    }
    guard offset < bytes.count else { return c }
    a &+= word(bytes, offset)
    b &+= word(bytes, offset + 4)
    c &+= word(bytes, offset + 8)
    c ^= b; c &-= b.rotated(14)
    a ^= c; a &-= c.rotated(11)
    b ^= a; b &-= a.rotated(25)
    c ^= b; c &-= b.rotated(16)
    a ^= c; a &-= c.rotated(4)
    b ^= a; b &-= a.rotated(14)
    c ^= b; c &-= b.rotated(24)
    return c
  }

  /// Four bytes; those beyond the end are zero.
  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
    if offset + 4 <= bytes.count {
      return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    var value: UInt32 = 0
    var shift: UInt32 = 0
    for index in offset..<max(offset, bytes.count) {
      value |= UInt32(bytes[index]) << shift
      shift += 8
    }
    return value
  }
}

extension UInt32 {
  fileprivate func rotated(_ count: UInt32) -> UInt32 { self << count | self >> (32 - count) }
}
