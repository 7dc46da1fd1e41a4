/// A parser for what Python's `json` writes: RFC 8259, and the literals NaN, Infinity and -Infinity.
struct JSONParser {
  /// Lists and objects within each other; Keras nests a level of models in four.
  static let depthLimit = 512

  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var depth = 0

  /// - Throws: ``JSONError`` with the place of the first fault.
  static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes: bytes)
    let value = try parser.value()
    parser.skipSpace()
    if parser.position != bytes.count { throw parser.error("something follows the document") }
    return value
  }

  static func parse(_ text: String) throws(JSONError) -> JSONValue {
    var text = text
    let result: Result<JSONValue, JSONError> = text.withUTF8 { bytes in
      Result { () throws(JSONError) in try parse(bytes) }
    }
    return try result.get()
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private func error(_ reason: String) -> JSONError { JSONError(offset: position, reason: reason) }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  /// The next byte that is not space, or 0 at the end, which no value begins with.
  private mutating func next() -> UInt8 {
    skipSpace()
    return position < bytes.count ? bytes[position] : 0
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    switch next() {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "N"): return try literal("NaN", .real(.nan))
    case UInt8(ascii: "I"): return try literal("Infinity", .real(.infinity))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error(position == bytes.count ? "the document ends early" : "a value is expected")
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let count = text.utf8CodeUnitCount
    guard bytes.count - position >= count,
      (0..<count).allSatisfy({ bytes[position + $0] == text.utf8Start[$0] })
    else { throw error("a value is expected") }
    position += count
    return value
  }

  private mutating func enter() throws(JSONError) {
    depth += 1
    if depth > JSONParser.depthLimit {
      throw error("lists and objects are nested deeper than \(JSONParser.depthLimit)")
    }
    position += 1
  }

  private mutating func array() throws(JSONError) -> [JSONValue] {
    try enter()
    var elements: [JSONValue] = []
    if next() == UInt8(ascii: "]") {
      position += 1
      depth -= 1
      return elements
    }
    while true {
      elements.append(try value())
      switch next() {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "]"):
        position += 1
        depth -= 1
        return elements
      default: throw error("a comma or ] is expected")
      }
    }
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    try enter()
    var object = JSONObject()
    if next() == UInt8(ascii: "}") {
      position += 1
      depth -= 1
      return object
    }
    while true {
      guard next() == UInt8(ascii: "\"") else { throw error("a name is expected") }
      let key = try string()
      guard next() == UInt8(ascii: ":") else { throw error("a colon is expected") }
      position += 1
      object.members.append((key, try value()))
      switch next() {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "}"):
        position += 1
        depth -= 1
        return object
      default: throw error("a comma or } is expected")
      }
    }
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        position += 1
        return text
      case UInt8(ascii: "\\"): return try escapedString(from: start)
      case 0..<0x20: throw error("a string holds a control character")
      default: position += 1
      }
    }
    throw error("a string does not end")
  }

  /// The rest of a string from its first backslash on.
  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var units = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return String(decoding: units, as: UTF8.self)
      case UInt8(ascii: "\\"):
        position += 1
        units.append(contentsOf: try escape())
      case 0..<0x20: throw error("a string holds a control character")
      default:
        units.append(byte)
        position += 1
      }
    }
    throw error("a string does not end")
  }

  /// What an escape stands for, in UTF-8.
  private mutating func escape() throws(JSONError) -> [UInt8] {
    guard position < bytes.count else { throw error("a string does not end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if 0xD800..<0xDC00 ~= code, bytes.count - position >= 6, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      {
        let first = position
        position += 2
        let low = try hexadecimal()
        if 0xDC00..<0xE000 ~= low {
          code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        } else {
          position = first
        }
      }
      // Half a surrogate pair has no UTF-8.
      return Array(String(Character(Unicode.Scalar(code) ?? "\u{FFFD}")).utf8)
    default: throw error("a string holds an unknown escape")
    }
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    guard bytes.count - position >= 4 else { throw error("a string does not end") }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw error("an escape needs four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative {
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "I") {
        return try literal("Infinity", .real(-.infinity))
      }
    }
    var magnitude = 0
    var fits = true
    let firstDigit = position
    while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
      let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, overflowed) = product.addingReportingOverflow(Int(digit))
      if overflow || overflowed { fits = false }
      magnitude = fits ? sum : 0
      position += 1
    }
    if position == firstDigit { throw error("a digit is expected") }
    if bytes[firstDigit] == UInt8(ascii: "0"), position - firstDigit > 1 {
      throw error("a number begins with 0")
    }
    var isWhole = true
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"),
        UInt8(ascii: "+"), UInt8(ascii: "-"):
        isWhole = false
        position += 1
        continue
      default: break
      }
      break
    }
    if isWhole && fits { return .integer(isNegative ? -magnitude : magnitude) }
    guard let real = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      throw error("a number is malformed")
    }
    return .real(real)
  }
}

/// A document is not JSON.
struct JSONError: Error, CustomStringConvertible {
  /// In bytes from the document's beginning.
  let offset: Int
  let reason: String
  var description: String { "\(reason) (at byte \(offset))" }
}
