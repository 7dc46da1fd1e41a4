/// Text is not JSON.
struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Counted from 1.
  let line, column: Int
  let reason: String
  var description: String { "line \(line), column \(column): \(reason)" }
}

extension JSON {
  /// Reads JSON, or JSON5 (https://spec.json5.org): comments, names without quotes, single quotes, commas
  /// at the end, hexadecimal numbers. Lists and objects may be nested 100 deep; a name stands once in an object.
  init(_ bytes: some Collection<UInt8>) throws(JSONError) {
    var reader = JSONReader(bytes)
    self = try reader.document()
  }
}

/// Reads one document, a byte at a time.
private struct JSONReader {
  private let bytes: [UInt8]
  private var position = 0
  private static let deepest = 100

  init(_ bytes: some Collection<UInt8>) {
    self.bytes = Array(bytes)
    // A byte order mark.
    if self.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  mutating func document() throws(JSONError) -> JSON {
    let value = try value(depth: 0)
    try skipSpace()
    guard position == bytes.count else { throw error("there is more after the end of the document") }
    return value
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func error(_ reason: String, at place: Int? = nil) -> JSONError {
    let before = bytes[..<min(place ?? position, bytes.count)]
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let line = 1 + before.count { $0 == UInt8(ascii: "\n") }
    return JSONError(
      line: line, column: String(decoding: before[start...], as: UTF8.self).count + 1, reason: reason)
  }

  /// What stands here, for messages.
  private var found: String {
    guard let next else { return "the text ends" }
    return next > 0x20 && next < 0x7F
      ? "there is \"\(Character(Unicode.Scalar(next)))\"" : "there is something else"
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSON {
    try skipSpace()
    guard depth < Self.deepest else { throw error("lists and objects are nested too deep") }
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try list(depth: depth)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try string())
    case nil: throw error("the text ends where a value should be")
    default: break
    }
    let start = position
    let word = word()
    switch word {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default:
      if let number = Self.number(word) { return .number(number) }
      position = start
      if word.isEmpty { throw error("a value should be here, but \(found)") }
      throw error("\"\(word.prefix(40))\" is no value: texts stand in quotes")
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON {
    position += 1
    var members: [JSON.Member] = []
    var names: Set<String> = []
    while true {
      try skipSpace()
      if next == UInt8(ascii: "}") { break }
      let start = position
      let isQuoted = next == UInt8(ascii: "\"") || next == UInt8(ascii: "'")
      let name = isQuoted ? try string() : word()
      if name.isEmpty && !isQuoted { throw error("a name or } should be here, but \(found)") }
      guard names.insert(name).inserted else {
        throw error("the name \"\(name)\" stands here twice", at: start)
      }
      try skipSpace()
      guard next == UInt8(ascii: ":") else {
        throw error("a colon should follow the name \"\(name.prefix(40))\", but \(found)")
      }
      position += 1
      members.append(JSON.Member(name: name, value: try value(depth: depth + 1)))
      guard try skipComma(before: UInt8(ascii: "}")) else { break }
    }
    position += 1
    return .object(members)
  }

  private mutating func list(depth: Int) throws(JSONError) -> JSON {
    position += 1
    var values: [JSON] = []
    while true {
      try skipSpace()
      if next == UInt8(ascii: "]") { break }
      values.append(try value(depth: depth + 1))
      guard try skipComma(before: UInt8(ascii: "]")) else { break }
    }
    position += 1
    return .array(values)
  }

  /// - Returns: false at the end of the list or object.
  private mutating func skipComma(before end: UInt8) throws(JSONError) -> Bool {
    try skipSpace()
    if next == end { return false }
    guard next == UInt8(ascii: ",") else {
      throw error("a comma or \(Character(Unicode.Scalar(end))) should be here, but \(found)")
    }
    position += 1
    return true
  }

  /// White space and comments.
  private mutating func skipSpace() throws(JSONError) {
    while let byte = next {
      switch byte {
      case 0x09...0x0D, 0x20: position += 1
      case UInt8(ascii: "/"):
        let start = position
        position += 1
        switch next {
        case UInt8(ascii: "/"):
          while let byte = next, byte != UInt8(ascii: "\n") { position += 1 }
        case UInt8(ascii: "*"):
          position += 1
          while bytes[min(position, bytes.count)...].prefix(2) != [UInt8(ascii: "*"), UInt8(ascii: "/")] {
            guard position < bytes.count else { throw error("this comment has no end", at: start) }
            position += 1
          }
          position += 2
        default: throw error("a comment begins with // or /*", at: start)
        }
      // A no-break space, as editors put it in by mistake.
      case 0xC2 where position + 1 < bytes.count && bytes[position + 1] == 0xA0: position += 2
      default: return
      }
    }
  }

  /// Everything up to the next sign that cannot stand in a name, a number or a word.
  private mutating func word() -> String {
    let start = position
    while let byte = next {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), UInt8(ascii: "+"),
        UInt8(ascii: "-"), UInt8(ascii: "."), 0x80...:
        position += 1
      default: return String(decoding: bytes[start..<position], as: UTF8.self)
      }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// A finite number, as JSON or JSON5 writes it.
  private static func number(_ word: String) -> Double? {
    var digits = word[...]
    var sign = 1.0
    if let first = digits.first, first == "-" || first == "+" {
      if first == "-" { sign = -1 }
      digits = digits.dropFirst()
    }
    if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
      return UInt64(digits.dropFirst(2), radix: 16).map { sign * Double($0) }
    }
    // `Double` knows further forms (inf, nan, hexadecimal) that are no numbers here.
    guard let first = digits.first, first.isASCII, first.isNumber || first == ".",
      digits.allSatisfy({ $0.isASCII && ($0.isNumber || ".eE+-".contains($0)) }), digits != "."
    else { return nil }
    guard let value = Double(digits), value.isFinite else { return nil }
    return sign * value
  }

  private mutating func string() throws(JSONError) -> String {
    let start = position
    let quote = bytes[position]
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case quote:
        guard let text = String(validating: text, as: UTF8.self) else {
          throw error("this text is not UTF-8", at: start)
        }
        return text
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20 where byte != UInt8(ascii: "\t"):
        throw error(
          byte == UInt8(ascii: "\n") ? "this text has no end on its line" : "a control character in a text",
          at: start)
      default: text.append(byte)
      }
    }
    throw error("this text has no end", at: start)
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { return }
    position += 1
    switch byte {
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "v"): text.append(0x0B)
    case UInt8(ascii: "0"): text.append(0)
    case UInt8(ascii: "x"): text.append(contentsOf: Character(Unicode.Scalar(UInt8(try hexadecimal(2)))).utf8)
    case UInt8(ascii: "u"): try unicode(into: &text)
    // A line that goes on.
    case UInt8(ascii: "\r"): if next == UInt8(ascii: "\n") { position += 1 }
    case UInt8(ascii: "\n"): break
    default: text.append(byte)
    }
  }

  /// `\uXXXX`, or a pair of them for a character beyond U+FFFF.
  private mutating func unicode(into text: inout [UInt8]) throws(JSONError) {
    let start = position - 2
    var value = UInt32(try hexadecimal(4))
    if (0xD800..<0xDC00).contains(value),
      bytes[position...].prefix(2) == [UInt8(ascii: "\\"), UInt8(ascii: "u")]
    {
      position += 2
      let low = UInt32(try hexadecimal(4))
      guard (0xDC00..<0xE000).contains(low) else { throw error("half a character", at: start) }
      value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw error("half a character", at: start) }
    text.append(contentsOf: Character(scalar).utf8)
  }

  private mutating func hexadecimal(_ count: Int) throws(JSONError) -> Int {
    let digits = bytes[position...].prefix(count)
    guard digits.count == count, let value = Int(String(decoding: digits, as: UTF8.self), radix: 16),
      value >= 0,
      digits.first != UInt8(ascii: "+")
    else { throw error("\(count) hexadecimal digits should be here") }
    position += count
    return value
  }
}
