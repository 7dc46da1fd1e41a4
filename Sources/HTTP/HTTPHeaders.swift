/// The header fields of an answer, in the order of their arrival. Names are not case-sensitive.
public struct HTTPHeaders: Sendable {
  /// Names in lower case.
  public private(set) var fields: [(name: String, value: String)] = []

  public init() {}

  public init(_ fields: [(name: String, value: String)]) {
    for field in fields { add(field.name, field.value) }
  }

  public mutating func add(_ name: String, _ value: String) {
    fields.append((name.lowercased(), value))
  }

  /// The value of a field; of several the first one.
  public subscript(name: String) -> String? {
    let name = name.lowercased()
    return fields.first { $0.name == name }?.value
  }
}
