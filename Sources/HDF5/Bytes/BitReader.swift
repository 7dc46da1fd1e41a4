/// Reads numbers of any width that follow one another without gaps, the highest bit of each byte and number first.
struct BitReader {
  private let bytes: UnsafeRawBufferPointer
  /// Counted in bits.
  private var position = 0

  /// - Parameter bytes: must hold all that is read.
  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// - Parameter width: up to 64 bits.
  mutating func next(_ width: Int) -> UInt64 {
    var value: UInt64 = 0
    var missing = width
    while missing > 0 {
      let unread = 8 - position % 8
      let count = min(unread, missing)
      let bits = bytes[position / 8] >> UInt8(unread - count) & UInt8(truncatingIfNeeded: 1 << count - 1)
      value = value << UInt64(count) | UInt64(bits)
      position += count
      missing -= count
    }
    return value
  }

  /// How many bytes `count` numbers of a width take; nil: beyond `Int`.
  static func byteCount(_ count: Int, width: Int) -> Int? {
    let (bits, isOver) = count.multipliedReportingOverflow(by: width)
    return isOver ? nil : bits / 8 + (bits % 8 == 0 ? 0 : 1)
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Writes the lower bytes of a number at an offset.
  func store(_ value: UInt64, size: Int, at offset: Int, isBigEndian: Bool) {
    for byte in 0..<size {
      self[offset + (isBigEndian ? size - 1 - byte : byte)] = UInt8(
        truncatingIfNeeded: value >> UInt64(8 * byte))
    }
  }
}
