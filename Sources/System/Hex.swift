/// Bytes as hexadecimal digits, two for each byte (RFC 4648, section 8).
public enum Hex {
  /// - Returns: the bytes; nil where a character is not a digit, or their number is odd.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var digits = text.utf8.makeIterator()
    while let first = digits.next() {
      guard let high = value(of: first), let low = digits.next().flatMap(value) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  /// What an ASCII digit of either case stands for; nil where it is not a digit.
  static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  static let lowercase = Array("0123456789abcdef".utf8)
  static let uppercase = Array("0123456789ABCDEF".utf8)
}

extension Sequence<UInt8> {
  /// Lower-case hexadecimal digits.
  public var hex: String {
    String(decoding: flatMap { [Hex.lowercase[Int($0 >> 4)], Hex.lowercase[Int($0 & 15)]] }, as: UTF8.self)
  }
}
