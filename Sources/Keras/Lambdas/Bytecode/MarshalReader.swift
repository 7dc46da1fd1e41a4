/// Reads what Python's `marshal.dumps` wrote, versions 0 to 5. Nothing is run.
///
/// Values refer to earlier ones, so that a small file could stand for a very large value: their number is limited,
/// counted as if each were written out.
struct MarshalReader {
  let layout: PythonCode.Layout
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  /// How many values there are so far.
  private var total = 0
  /// The values that others refer to; nil: not complete yet.
  private var references: [(value: MarshalValue, total: Int)?] = []
  /// Python 2's own references, to names.
  private var interned: [MarshalValue] = []

  private static let depthLimit = 40
  private static let totalLimit = 1 << 16

  static var damage: LambdaFault { LambdaFault("its code is damaged, or of a Python that is not known") }

  private init(_ bytes: [UInt8], layout: PythonCode.Layout) {
    self.bytes = bytes
    self.layout = layout
  }

  /// Reads a function.
  /// - Throws: where the bytes are not one function in this layout, from the first byte to the last.
  static func code(_ bytes: [UInt8], layout: PythonCode.Layout) throws(LambdaFault) -> PythonCode {
    guard case .code(let code) = try value(bytes, layout: layout) else { throw damage }
    return code
  }

  /// Reads one value, from the first byte to the last.
  static func value(_ bytes: [UInt8], layout: PythonCode.Layout) throws(LambdaFault) -> MarshalValue {
    var reader = MarshalReader(bytes, layout: layout)
    let value = try reader.value()
    guard reader.position == bytes.count else { throw damage }
    return value
  }

  mutating func value() throws(LambdaFault) -> MarshalValue {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.depthLimit { throw Self.damage }
    try add(1)
    let before = total
    let type = try byte()
    guard type & 0x80 != 0 else { return try value(of: type) }
    let place = references.count
    references.append(nil)
    let value = try value(of: type & 0x7F)
    references[place] = (value, total - before + 1)
    return value
  }

  private mutating func value(of type: UInt8) throws(LambdaFault) -> MarshalValue {
    switch UnicodeScalar(type) {
    case "N": return .none
    case "T": return .bool(true)
    case "F": return .bool(false)
    case ".": return .ellipsis
    case "i": return .int(Int(Int32(truncatingIfNeeded: try integer(4))))
    case "I": return .int(try integer(8))
    case "l": return try long()
    case "g": return .float(Double(bitPattern: UInt64(bitPattern: Int64(try integer(8)))))
    case "f":
      guard let number = Double(String(decoding: try take(Int(byte())), as: UTF8.self)) else { throw Self.damage }
      return .float(number)
    case "x":
      _ = try take(Int(byte()))
      _ = try take(Int(byte()))
      return .other("a complex number")
    case "y":
      _ = try take(16)
      return .other("a complex number")
    case "s": return .bytes(try take(count()))
    case "t":
      interned.append(.bytes(try take(count())))
      return interned[interned.count - 1]
    case "R":
      let index = try count()
      guard interned.indices.contains(index) else { throw Self.damage }
      return interned[index]
    case "u", "a", "A": return .string(try string(count()))
    case "z", "Z": return .string(try string(Int(byte())))
    case "(": return .tuple(try values(count()))
    case ")": return .tuple(try values(Int(byte())))
    case ":": return .slice(try values(3))
    case "[", "<", ">":
      _ = try values(count())
      return .other(type == UInt8(ascii: "[") ? "a list" : "a set")
    case "c": return .code(try code())
    case "r":
      let index = try count()
      guard references.indices.contains(index), let reference = references[index] else { throw Self.damage }
      try add(reference.total)
      return reference.value
    default: throw Self.damage
    }
  }

  /// An integer of any size, 15 bits at a time.
  private mutating func long() throws(LambdaFault) -> MarshalValue {
    let digits = Int(Int32(truncatingIfNeeded: try integer(4)))
    guard digits.magnitude <= 1 << 12 else { throw Self.damage }
    var result = 0
    var isLarge = digits.magnitude > 5
    for index in 0..<Int(digits.magnitude) {
      let digit = try integer(2)
      if isLarge { continue }
      let (shifted, overflow) = digit.multipliedReportingOverflow(by: 1 << (15 * index))
      let (sum, carry) = result.addingReportingOverflow(shifted)
      isLarge = overflow || carry
      result = sum
    }
    return isLarge ? .other("an integer of more than 64 bits") : .int(digits < 0 ? -result : result)
  }

  private mutating func values(_ count: Int) throws(LambdaFault) -> [MarshalValue] {
    // Each takes a byte at least.
    guard count <= bytes.count - position else { throw Self.damage }
    var values: [MarshalValue] = []
    for _ in 0..<count { values.append(try value()) }
    return values
  }

  private mutating func string(_ count: Int) throws(LambdaFault) -> String {
    String(decoding: try take(count), as: UTF8.self)
  }

  /// A size or number that is not negative.
  mutating func count() throws(LambdaFault) -> Int {
    let count = try integer(4)
    guard count < 1 << 31 else { throw Self.damage }
    return count
  }

  private mutating func add(_ count: Int) throws(LambdaFault) {
    total += count
    if total > Self.totalLimit { throw Self.damage }
  }

  private mutating func byte() throws(LambdaFault) -> UInt8 { try take(1)[0] }

  private mutating func integer(_ size: Int) throws(LambdaFault) -> Int {
    try take(size).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private mutating func take(_ count: Int) throws(LambdaFault) -> [UInt8] {
    guard count <= bytes.count - position else { throw Self.damage }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }
}
