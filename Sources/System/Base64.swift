/// Bytes as text, three in four characters (RFC 4648, section 4).
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  public static func encode(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = (0..<3).reduce(0) { ($0 << 8) | ($1 < group.count ? Int(group[start + $1]) : 0) }
      for index in 0...3 {
        result.append(
          index <= group.count ? alphabet[(bits >> (18 - 6 * index)) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// - Parameter bytes: ASCII; padding may be missing.
  /// - Returns: nil where it is not Base64.
  public static func decode(_ bytes: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    var bits = 0
    var count = 0
    var isPadded = false
    for byte in bytes {
      if byte == UInt8(ascii: "=") {
        isPadded = true
        continue
      }
      guard !isPadded, let value = alphabet.firstIndex(of: byte) else { return nil }
      bits = ((bits << 6) | value) & 0xffffff
      count += 1
      switch count % 4 {
      case 2: result.append(UInt8(truncatingIfNeeded: bits >> 4))
      case 3: result.append(UInt8(truncatingIfNeeded: bits >> 2))
      case 0: result.append(UInt8(truncatingIfNeeded: bits))
      default: break
      }
    }
    return count % 4 == 1 ? nil : result
  }
}
