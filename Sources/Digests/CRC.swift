/// A cyclic redundancy check of 32 or 64 bits in its reflected form, with all bits set before and inverted
/// afterwards: what S3 calls CRC32, CRC32C and CRC64NVME.
public struct CRC: Sendable {
  /// RFC 1952; zlib's.
  public static let ieee = CRC(width: 32, polynomial: 0xedb8_8320)
  /// Castagnoli's, RFC 3720 appendix B.4.
  public static let castagnoli = CRC(width: 32, polynomial: 0x82f6_3b78)
  /// NVM Express NVM Command Set Specification, "64b CRC Polynomials".
  public static let nvme = CRC(width: 64, polynomial: 0x9a6c_9329_ac4b_c9b5)

  /// Bits.
  public let width: Int
  /// Reflected.
  private let polynomial: UInt64
  /// Eight tables of 256: what a byte comes to with 0 to 7 bytes behind it. The same step does for both
  /// widths: the narrower one leaves the upper half of the eight bytes as they are.
  private let tables: [UInt64]

  private init(width: Int, polynomial: UInt64) {
    self.width = width
    self.polynomial = polynomial
    var tables = [UInt64](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var word = UInt64(byte)
      for _ in 0..<8 { word = word & 1 == 1 ? (word >> 1) ^ polynomial : word >> 1 }
      tables[byte] = word
    }
    for index in 256..<tables.count {
      let word = tables[index - 256]
      tables[index] = (word >> 8) ^ tables[Int(word & 0xff)]
    }
    self.tables = tables
  }

  private var ones: UInt64 { .max >> UInt64(64 - width) }

  /// The value of some bytes followed by others.
  /// - Parameter value: of the bytes so far; 0 before the first.
  public func value(after value: UInt64, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var word = value ^ ones
    var position = 0
    tables.withUnsafeBufferPointer { tables in
      func entry(_ table: Int, _ byte: UInt64) -> UInt64 { tables[table &* 256 &+ Int(byte & 0xff)] }
      while bytes.count &- position >= 8 {
        let next = word ^ UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        let low = entry(7, next) ^ entry(6, next >> 8) ^ entry(5, next >> 16) ^ entry(4, next >> 24)
        word = low ^ entry(3, next >> 32) ^ entry(2, next >> 40) ^ entry(1, next >> 48) ^ entry(0, next >> 56)
        position &+= 8
      }
      while position < bytes.count {
        word = entry(0, word ^ UInt64(bytes[position])) ^ (word >> 8)
        position &+= 1
      }
    }
    return word ^ ones
  }

  /// The value of two pieces, one after the other, from their own values.
  /// - Parameter length: bytes of the second piece.
  public func combined(_ first: UInt64, _ second: UInt64, length: Int) -> UInt64 {
    // Bytes behind the first piece multiply it by x to the power of their bits, modulo the polynomial.
    var (power, square) = (UInt64(1) << UInt64(width - 1), UInt64(1) << UInt64(width - 9))
    var rest = length
    while rest > 0 {
      if rest & 1 == 1 { power = product(square, power) }
      square = product(square, square)
      rest >>= 1
    }
    return product(power, first) ^ second
  }

  /// Of two polynomials; the highest bit stands for 1.
  private func product(_ a: UInt64, _ b: UInt64) -> UInt64 {
    var (result, b) = (UInt64(0), b)
    for bit in (0..<UInt64(width)).reversed() {
      if a >> bit & 1 == 1 { result ^= b }
      b = b & 1 == 1 ? (b >> 1) ^ polynomial : b >> 1
    }
    return result
  }
}
