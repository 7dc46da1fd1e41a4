// Texts and numbers.

extension JSONReader {
  mutating func string() throws(JSONError) -> String {
    let start = position
    let quote = bytes[position]
    position += 1
    // The text before the last escape. Most texts have no escape and can be read in place.
    var text: [UInt8] = []
    var isASCII = true
    var runStart = position
    while let byte = current {
      switch byte {
      case quote:
        let run = UnsafeBufferPointer(rebasing: bytes[runStart..<position])
        position += 1
        if text.isEmpty && isASCII { return String(decoding: run, as: UTF8.self) }
        guard let string = String(validating: text + run, as: UTF8.self) else {
          throw error("this string is not UTF-8", at: start)
        }
        return string
      case UInt8(ascii: "\\"):
        text += bytes[runStart..<position]
        position += 1
        try escape(into: &text)
        runStart = position
      case 0..<0x20:
        throw error(
          byte == UInt8(ascii: "\n")
            ? "this string has no end on its line" : "a control character in a string")
      default:
        isASCII = isASCII && byte < 0x80
        position += 1
      }
    }
    throw error("this string has no end", at: start)
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    let start = position - 1
    guard let byte = current else { throw error("this string has no end", at: start) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text += try unicode(start).utf8
    default:
      guard dialect == .json5 else { throw error("this escape is unknown", at: start) }
      switch byte {
      case UInt8(ascii: "v"): text.append(0x0B)
      case UInt8(ascii: "0"): text.append(0)
      case UInt8(ascii: "x"): text += try Character(Unicode.Scalar(UInt8(hexadecimal(2)))).utf8
      // A line that goes on.
      case UInt8(ascii: "\r"): if current == UInt8(ascii: "\n") { position += 1 }
      case UInt8(ascii: "\n"): break
      default: text.append(byte)
      }
    }
  }

  /// `\uXXXX`, or a pair of them for a character beyond U+FFFF.
  private mutating func unicode(_ start: Int) throws(JSONError) -> Character {
    var value = try hexadecimal(4)
    if (0xD800..<0xDC00).contains(value), bytes[position...].starts(with: "\\u".utf8) {
      let first = position
      position += 2
      let low = try hexadecimal(4)
      if (0xDC00..<0xE000).contains(low) {
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      } else {
        position = first
      }
    }
    // Half of a pair has no UTF-8. Python writes it where a text holds it.
    return Character(Unicode.Scalar(value) ?? "\u{FFFD}")
  }

  private mutating func hexadecimal(_ count: Int) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("\(count) hexadecimal digits should be here")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  mutating func number() throws(JSONError) -> JSONValue {
    if let integer = shortInteger() { return .integer(integer) }
    let start = position
    while let byte = current {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        position += 1
        continue
      default: break
      }
      break
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = dialect == .json5 ? looseNumber(text) : strictNumber(text) else {
      throw error("\"\(text.prefix(40))\" is not a number", at: start)
    }
    return value
  }

  /// Reads a number of up to 18 digits and nothing else: most are, and those fit. Else reads nothing.
  private mutating func shortInteger() -> Int? {
    var end = position
    let isNegative = bytes[end] == UInt8(ascii: "-")
    if isNegative { end += 1 }
    let first = end
    var value = 0
    while end < bytes.count, bytes[end].isDecimalDigit, end - first < 18 {
      value = value * 10 + Int(bytes[end] - UInt8(ascii: "0"))
      end += 1
    }
    let hasLeadingZero = end - first > 1 && bytes[first] == UInt8(ascii: "0")
    guard end > first, !hasLeadingZero, end < bytes.count else { return nil }
    switch bytes[end] {
    case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x09, 0x0A, 0x0D:
      position = end
      return isNegative ? -value : value
    default: return nil
    }
  }

  /// RFC 8259, section 6, and Python's infinity.
  private func strictNumber(_ text: String) -> JSONValue? {
    if text == "-Infinity" { return .real(-.infinity) }
    guard let form = NumberText(text), !form.hasPlus, !form.isHexadecimal, form.wholeCount > 0,
      form.fractionCount != 0
    else { return nil }
    if form.isWhole, let integer = Int(text) { return .integer(integer) }
    return Double(text).map { .real($0) }
  }

  /// JSON5: a sign, hexadecimal digits, a point at either end; finite.
  private func looseNumber(_ text: String) -> JSONValue? {
    guard let form = NumberText(text) else { return nil }
    if form.isHexadecimal {
      let sign = text.utf8.first == UInt8(ascii: "-") ? "-" : ""
      return Int(sign + text.suffix(form.wholeCount), radix: 16).map { .integer($0) }
    }
    if form.isWhole, let integer = Int(text) { return .integer(integer) }
    guard let real = Double(text), real.isFinite else { return nil }
    return .real(real)
  }
}
