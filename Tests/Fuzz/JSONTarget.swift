import JSON

/// What was read and written can be read again, and is then written alike.
struct JSONTarget: FuzzTarget {
  let dialect: JSONDialect

  func run(_ input: UnsafeRawBufferPointer) {
    let bytes = input.bindMemory(to: UInt8.self)
    guard let value = try? JSONValue(bytes, dialect: dialect) else { return }
    let text = value.text
    guard let again = try? JSONValue(text: text) else { find("\(text) is not read again") }
    expect(again.text == text, "\(text) becomes \(again.text)")
    expect(again == value || value.hasOddNumber, "\(text) is not what was read")
  }
}

extension JSONValue {
  /// Whether there is an infinity or NaN in it, which JSON does not have.
  fileprivate var hasOddNumber: Bool {
    switch self {
    case .real(let real): !real.isFinite
    case .array(let elements): elements.contains { $0.hasOddNumber }
    case .object(let object): object.members.contains { $0.value.hasOddNumber }
    default: false
    }
  }
}
