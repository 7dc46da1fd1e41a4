/// A JSON document as a tree.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number written without point and exponent, within 64 bits.
  case integer(Int)
  case real(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  public var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  public var object: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  public var string: String? {
    if case .string(let string) = self { string } else { nil }
  }

  public var bool: Bool? {
    if case .bool(let bool) = self { bool } else { nil }
  }

  /// A whole number, however it is written.
  public var integer: Int? {
    switch self {
    case .integer(let integer): integer
    case .real(let real): Int(exactly: real)
    default: nil
    }
  }

  public var real: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .real(let real): real
    default: nil
    }
  }

  public var isNull: Bool { self == .null }

  /// The member of an object; nil: it is none, or has none of that name.
  public subscript(name: String) -> JSONValue? { object?[name] }

  /// What this is, for messages: `a string`, `a number`, ...
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .integer, .real: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// Members in the document's order. Objects are small: a search beats hashing.
public struct JSONObject: Sendable, Equatable {
  public struct Member: Sendable, Equatable {
    public var name: String
    public var value: JSONValue

    public init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  public var members: [Member]

  public init(_ members: [Member] = []) { self.members = members }

  /// The member of that name, byte by byte, the last one where it is repeated, as Python's `json` has it.
  public subscript(name: String) -> JSONValue? {
    members.last { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
  public init(stringLiteral text: String) { self = .string(text) }

  public init(dictionaryLiteral members: (String, JSONValue)...) {
    self = .object(JSONObject(members.map { JSONObject.Member(name: $0, value: $1) }))
  }

  public init(arrayLiteral values: JSONValue...) { self = .array(values) }
}
