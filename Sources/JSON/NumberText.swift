/// How a number is written, as far as dialects differ in it: `[sign] whole [. fraction] [e exponent]` or
/// `[sign] 0x digits`.
struct NumberText {
  let hasPlus: Bool
  let isHexadecimal: Bool
  /// How many digits are before the point.
  let wholeCount: Int
  /// How many digits stand after the point; nil: there is no point.
  let fractionCount: Int?
  let hasExponent: Bool

  /// Whether it is a number without point and exponent.
  var isWhole: Bool { fractionCount == nil && !hasExponent }

  /// nil: this is not a number in any dialect.
  init?(_ text: String) {
    var rest = text.utf8[...]
    hasPlus = rest.first == UInt8(ascii: "+")
    if hasPlus || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    isHexadecimal = rest.starts(with: "0x".utf8) || rest.starts(with: "0X".utf8)
    if isHexadecimal {
      wholeCount = rest.dropFirst(2).count
      (fractionCount, hasExponent) = (nil, false)
      guard wholeCount > 0, rest.dropFirst(2).allSatisfy({ $0.isHexadecimalDigit }) else { return nil }
      return
    }
    let isZeroFirst = rest.first == UInt8(ascii: "0")
    wholeCount = NumberText.skipDigits(&rest)
    // C reads such a number as octal, people as decimal.
    if isZeroFirst && wholeCount > 1 { return nil }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      fractionCount = NumberText.skipDigits(&rest)
    } else {
      fractionCount = nil
    }
    guard wholeCount > 0 || fractionCount ?? 0 > 0 else { return nil }
    hasExponent = rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E")
    if hasExponent {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
      guard NumberText.skipDigits(&rest) > 0 else { return nil }
    }
    guard rest.isEmpty else { return nil }
  }

  private static func skipDigits(_ text: inout Substring.UTF8View) -> Int {
    let digits = text.prefix { $0.isDecimalDigit }
    text = text[digits.endIndex...]
    return digits.count
  }
}

extension UInt8 {
  var isDecimalDigit: Bool { self &- UInt8(ascii: "0") < 10 }

  fileprivate var isHexadecimalDigit: Bool {
    // Bit 5 tells small letters from capital ones.
    isDecimalDigit || (self | 0x20) &- UInt8(ascii: "a") < 6
  }
}
