/// Percent-encoding (RFC 3986, section 2.1), as in URLs, and as HTML forms write it.
public enum PercentEncoding {
  /// Encodes all but the unreserved characters: letters, digits and `-._~` (section 2.3). Digits are upper-case, as
  /// SigV4 wants them.
  /// - Parameters:
  ///   - kept: further ASCII characters that stay as they are, as `/` in paths.
  ///   - spaceIsPlus: whether a space becomes `+`, as in forms.
  public static func encode(
    _ text: some StringProtocol, keeping kept: String = "", spaceIsPlus: Bool = false
  ) -> String {
    let digits = Hex.uppercase
    var result: [UInt8] = []
    for byte in text.utf8 {
      if isUnreserved(byte) || kept.utf8.contains(byte) {
        result.append(byte)
      } else if spaceIsPlus, byte == UInt8(ascii: " ") {
        result.append(UInt8(ascii: "+"))
      } else {
        result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// A `%` without two digits stands for itself. Bytes that are not UTF-8 become the replacement character.
  /// - Parameter plusIsSpace: whether `+` becomes a space, as in forms.
  public static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String {
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(Hex.value),
        let low = rest.dropFirst().first.flatMap(Hex.value)
      {
        result.append(high << 4 | low)
        rest = rest.dropFirst(2)
      } else {
        result.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
