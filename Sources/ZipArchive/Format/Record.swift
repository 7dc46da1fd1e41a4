/// A record of known length with little-endian fields, which is what zip files are made of.
///
/// The length is checked once, here; fields are read within it.
struct Record {
  private let bytes: ArraySlice<UInt8>

  /// - Returns: nil when fewer than `length` bytes follow `offset`, or others than `signature` come first.
  init?(_ bytes: ArraySlice<UInt8>, at offset: Int = 0, length: Int, signature: UInt32? = nil) {
    guard offset >= 0, length >= 4, offset <= bytes.count - length else { return nil }
    self.bytes = bytes.dropFirst(offset).prefix(length)
    if let signature, uint32(0) != Int(signature) { return nil }
  }

  func uint16(_ offset: Int) -> Int { Int(integer(offset, 2)) }

  func uint32(_ offset: Int) -> Int { Int(integer(offset, 4)) }

  /// Nil for what no file can hold.
  func uint64(_ offset: Int) -> Int? { Int(exactly: integer(offset, 8)) }

  private func integer(_ offset: Int, _ size: Int) -> UInt64 {
    bytes.dropFirst(offset).prefix(size).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
