/// A JSON document as a tree.
enum JSONValue: Sendable {
  case null
  case bool(Bool)
  /// A number written without point and exponent, within 64 bits.
  case integer(Int)
  case real(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  var object: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  var string: String? {
    if case .string(let string) = self { string } else { nil }
  }

  var bool: Bool? {
    if case .bool(let bool) = self { bool } else { nil }
  }

  /// A whole number, however it is written.
  var integer: Int? {
    switch self {
    case .integer(let integer): integer
    case .real(let real): Int(exactly: real)
    default: nil
    }
  }

  var real: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .real(let real): real
    default: nil
    }
  }

  var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The member of an object; nil: it is none, or has none of that name.
  subscript(key: String) -> JSONValue? { object?[key] }

  /// What kind of value it is, for messages; scalars are shown.
  var text: String {
    switch self {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .integer(let integer): "\(integer)"
    case .real(let real): "\(real)"
    case .string(let string): "\"\(string.prefix(80))\""
    case .array(let elements):
      elements.count <= 8 ? "[" + elements.map(\.text).joined(separator: ", ").prefix(200) + "]" : "a list"
    case .object: "an object"
    }
  }
}

/// Members in the document's order. Objects of configurations are small: a search beats hashing.
struct JSONObject: Sendable {
  var members: [(key: String, value: JSONValue)] = []

  /// The member of that name, the last one where it is repeated, as Python's `json` has it.
  subscript(key: String) -> JSONValue? { members.last { $0.key == key }?.value }
}
