/// Reads one document from its bytes, front to back.
///
/// FoundationEssentials' decoder was measured first: it adds 2.7 MB to a package whose size is the product,
/// and takes 24 ms to read ResNet50's configuration, more than the rest of a cold start.
struct JSONReader {
  /// Lists and objects within each other; Keras nests a level of models in four.
  private static let depthLimit = 512

  let bytes: UnsafeBufferPointer<UInt8>
  let dialect: JSONDialect
  var position = 0
  private var depth = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ dialect: JSONDialect) {
    self.bytes = bytes
    self.dialect = dialect
    // A byte order mark.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value()
    guard try next() == nil else { throw error("there is more after the end of the document") }
    return value
  }

  /// The byte here; nil at the end.
  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  func error(_ reason: String, at place: Int? = nil) -> JSONError {
    JSONError(reason, at: place ?? position, of: bytes)
  }

  /// What is here, for messages.
  private var found: String {
    guard let current else { return "the text ends" }
    return current > 0x20 && current < 0x7F
      ? "there is \"\(Character(Unicode.Scalar(current)))\"" : "there is something else"
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    guard let byte = try next() else { throw error("the text ends where a value should be") }
    switch byte {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "'") where dialect == .json5: return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "+"), UInt8(ascii: "."):
      guard dialect == .json5 else { throw error("a value should be here, but \(found)") }
      return try number()
    default: return try word()
    }
  }

  private mutating func word() throws(JSONError) -> JSONValue {
    let start = position
    let name = name()
    switch name {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "NaN" where dialect == .python: return .real(.nan)
    case "Infinity" where dialect == .python: return .real(.infinity)
    case "":
      throw error("a value should be here, but \(found)")
    default: throw error("\"\(name.prefix(40))\" is not a value: strings must be quoted", at: start)
    }
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    try enter()
    var object = JSONObject()
    while try next() != UInt8(ascii: "}") {
      let start = position
      let name = try memberName()
      if dialect == .json5, object[name] != nil {
        throw error("the name \"\(name)\" is used twice here", at: start)
      }
      guard try next() == UInt8(ascii: ":") else {
        throw error("a colon should follow the name \"\(name.prefix(40))\", but \(found)")
      }
      position += 1
      if object.members.isEmpty { object.members.reserveCapacity(4) }
      object.members.append(JSONObject.Member(name: name, value: try value()))
      guard try skipComma(before: UInt8(ascii: "}")) else { break }
    }
    leave()
    return object
  }

  private mutating func array() throws(JSONError) -> [JSONValue] {
    try enter()
    var elements: [JSONValue] = []
    while try next() != UInt8(ascii: "]") {
      elements.append(try value())
      guard try skipComma(before: UInt8(ascii: "]")) else { break }
    }
    leave()
    return elements
  }

  private mutating func memberName() throws(JSONError) -> String {
    switch current {
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "'") where dialect == .json5: return try string()
    default:
      let name = dialect == .json5 ? name() : ""
      if name.isEmpty { throw error("a name in quotes should be here, but \(found)") }
      return name
    }
  }

  private mutating func enter() throws(JSONError) {
    depth += 1
    if depth > Self.depthLimit { throw error("lists and objects are nested deeper than \(Self.depthLimit)") }
    position += 1
  }

  private mutating func leave() {
    depth -= 1
    position += 1
  }

  /// - Returns: whether a further element may follow; false at the end of the list or object.
  private mutating func skipComma(before end: UInt8) throws(JSONError) -> Bool {
    let byte = try next()
    if byte == end { return false }
    guard byte == UInt8(ascii: ",") else {
      throw error("a comma or \(Character(Unicode.Scalar(end))) should be here, but \(found)")
    }
    position += 1
    if dialect == .python, try next() == end { throw error("a value should follow the comma") }
    return true
  }

  /// Skips white space and, in JSON5, comments.
  /// - Returns: the byte that follows; nil at the end.
  private mutating func next() throws(JSONError) -> UInt8? {
    while let byte = current {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      case UInt8(ascii: "/") where dialect == .json5: try skipComment()
      // A no-break space, as editors put it in by mistake.
      case 0xC2 where dialect == .json5 && position + 1 < bytes.count && bytes[position + 1] == 0xA0:
        position += 2
      default: return byte
      }
    }
    return nil
  }

  private mutating func skipComment() throws(JSONError) {
    let start = position
    position += 1
    switch current {
    case UInt8(ascii: "/"):
      while let byte = current, byte != UInt8(ascii: "\n") { position += 1 }
    case UInt8(ascii: "*"):
      position += 1
      while position + 1 < bytes.count {
        if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
          position += 2
          return
        }
        position += 1
      }
      throw error("this comment has no end", at: start)
    default: throw error("a comment begins with // or /*", at: start)
    }
  }

  /// Everything up to the next sign that cannot be part of a name or a word.
  private mutating func name() -> String {
    let start = position
    while let byte = current {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), UInt8(ascii: "-"),
        0x80...:
        position += 1
      default: return String(decoding: bytes[start..<position], as: UTF8.self)
      }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }
}
