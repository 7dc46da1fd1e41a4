extension JSONValue {
  /// Reads a document.
  /// - Throws: ``JSONError`` with the place of the first fault.
  public init(_ bytes: UnsafeBufferPointer<UInt8>, dialect: JSONDialect = .python) throws(JSONError) {
    var reader = JSONReader(bytes, dialect)
    self = try reader.document()
  }

  /// Reads a document.
  public init(_ bytes: some Collection<UInt8>, dialect: JSONDialect = .python) throws(JSONError) {
    let result = Array(bytes).withUnsafeBufferPointer { bytes in
      Result { () throws(JSONError) in try JSONValue(bytes, dialect: dialect) }
    }
    self = try result.get()
  }

  /// Reads a document.
  public init(text: String, dialect: JSONDialect = .python) throws(JSONError) {
    try self.init(text.utf8, dialect: dialect)
  }

  /// The value as JSON on one line (RFC 8259), without any control character. JSON has no infinity and no NaN:
  /// they become null.
  public var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let bool): text += bool ? "true" : "false"
    case .integer(let integer): text += "\(integer)"
    case .real(let real): text += real.isFinite ? "\(real)" : "null"
    case .string(let string): Self.write(string, to: &text)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .object(let object):
      text += "{"
      for (index, member) in object.members.enumerated() {
        if index > 0 { text += "," }
        Self.write(member.name, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.isControl: text += scalar.escape
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
