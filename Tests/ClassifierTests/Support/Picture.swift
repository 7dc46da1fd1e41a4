/// A PNG of one colour, written by hand: the deflated data is stored.
enum Picture {
  static func png(red: UInt8, green: UInt8, blue: UInt8) -> [UInt8] {
    var rows: [UInt8] = []
    for _ in 0..<4 { rows += [0] + (0..<4).flatMap { _ in [red, green, blue] } }
    var (a, b) = (UInt32(1), UInt32(0))
    for byte in rows { (a, b) = ((a + UInt32(byte)) % 65521, (a + UInt32(byte) + b) % 65521) }
    let low = UInt8(rows.count)
    let stored: [UInt8] = [0x78, 0x01, 0x01, low, 0, ~low, 0xFF]
    return [0x89] + Array("PNG\r\n\u{1A}\n".utf8) + chunk("IHDR", [0, 0, 0, 4, 0, 0, 0, 4, 8, 2, 0, 0, 0])
      + chunk("IDAT", stored + rows + word(b << 16 | a)) + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return word(UInt32(data.count)) + body + word(~crc)
  }

  private static func word(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }
}
