import Inference
import JSON

extension LambdaEvaluator {
  mutating func unary(
    _ function: Instruction.UnaryOperator, _ value: PythonValue, _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    if function == .not { return .bool(!(try truth(value))) }
    if let number = value.number {
      switch (function, number) {
      case (.positive, _): return number.value
      case (.negative, .int(let value)) where value != .min: return .int(-value)
      case (.negative, .float(let value)): return .float(-value)
      case (.invert, .int(let value)): return .int(~value)
      default: break
      }
    } else if case .value = value {
      switch function {
      case .positive: return value
      case .negative: return try apply("Negative", [value], &builder)
      default: return try apply(isTruth(value, builder) ? "LogicalNot" : "BitwiseNot", [value], &builder)
      }
    }
    throw fault("it computes with \(value.kind)")
  }

  mutating func binary(
    _ function: Instruction.BinaryOperator, _ a: PythonValue, _ b: PythonValue, inPlace: Bool = false,
    _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    if function == .item { return try item(b, of: a, &builder) }
    if let first = a.number, let second = b.number {
      guard let result = first.applying(function, second) else {
        throw fault("it computes with numbers what Python cannot, or beyond 64 bits")
      }
      return result.value
    }
    if a.isArray || b.isArray {
      let name = try operation(function, a, b, builder)
      return try apply(name, [try operand(a), try operand(b)], &builder)
    }
    switch (function, a, b) {
    case (.add, .string(let first), .string(let second)) where first.utf8.count + second.utf8.count <= 1 << 12:
      return .string(first + second)
    case (.add, .tuple(let first), .tuple(let second)): return .tuple(try bounded(first + second))
    case (.add, .list(let first), .list(let second)) where !inPlace: return .list(try bounded(first + second))
    case (.multiply, .tuple(let elements), .int(let count)): return .tuple(try repeated(elements, count))
    case (.multiply, .list(let elements), .int(let count)) where !inPlace:
      return .list(try repeated(elements, count))
    default: throw fault("it computes with \(a.kind) and \(b.kind)")
    }
  }

  /// What stands beside a tensor: a number or an array.
  private func operand(_ value: PythonValue) throws(KerasError) -> PythonValue {
    switch value {
    case .bool, .int, .float, .value, .list, .tuple, .saved: return value
    default: throw fault("it computes with a tensor and \(value.kind)")
    }
  }

  /// The operation of `keras.ops` that an operator is.
  private func operation(
    _ function: Instruction.BinaryOperator, _ a: PythonValue, _ b: PythonValue, _ builder: GraphBuilder
  ) throws(KerasError) -> String {
    let isTruth = isTruth(a, builder) && isTruth(b, builder)
    switch function {
    case .add: return "Add"
    case .subtract: return "Subtract"
    case .multiply: return "Multiply"
    case .trueDivide: return "TrueDivide"
    case .divide:
      // Python 2's is rounded down for whole numbers.
      guard isFloat(a, builder) || isFloat(b, builder) else { throw fault("it divides whole numbers") }
      return "Divide"
    case .floorDivide: return "FloorDivide"
    case .remainder: return "Mod"
    case .power: return "Power"
    case .matrixMultiply: return "Matmul"
    case .and: return isTruth ? "LogicalAnd" : "BitwiseAnd"
    case .or: return isTruth ? "LogicalOr" : "BitwiseOr"
    case .xor: return isTruth ? "LogicalXor" : "BitwiseXor"
    case .leftShift: return "BitwiseLeftShift"
    case .rightShift: return "BitwiseRightShift"
    case .item: return "GetItem"
    }
  }

  private func isTruth(_ value: PythonValue, _ builder: GraphBuilder) -> Bool {
    switch value {
    case .bool: true
    case .value(.tensor(let tensor)): builder.type(tensor) == .bool
    default: false
    }
  }

  private func isFloat(_ value: PythonValue, _ builder: GraphBuilder) -> Bool {
    switch value {
    case .float: true
    case .value(.tensor(let tensor)): builder.type(tensor) == .float
    default: false
    }
  }

  /// The elements of a new tuple or list. Lists of lists of one list would soon stand for any number of values.
  func bounded(_ elements: [PythonValue]) throws(KerasError) -> [PythonValue] {
    var count = 0
    func isSmall(_ elements: [PythonValue], _ depth: Int) -> Bool {
      count += elements.count
      if count > 1 << 12 || depth > 32 { return false }
      return elements.allSatisfy { isSmall($0.parts, depth + 1) }
    }
    guard isSmall(elements, 0) else { throw fault("it has a list of more than 4096 values") }
    return elements
  }

  private func repeated(_ elements: [PythonValue], _ count: Int) throws(KerasError) -> [PythonValue] {
    guard count <= 1 << 12, elements.count * max(count, 0) <= 1 << 12 else {
      throw fault("it has a list of more than 4096 values")
    }
    return try bounded(Array(repeatElement(elements, count: max(count, 0)).joined()))
  }

  mutating func compare(
    _ comparison: Instruction.Comparison, _ a: PythonValue, _ b: PythonValue, _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    switch comparison {
    case .isSame, .isNotSame:
      // Only None is certain to be one object.
      guard let isSame = isNone(a, b) else {
        throw fault("it asks whether \(a.kind) and \(b.kind) are one object")
      }
      return .bool(isSame == (comparison == .isSame))
    case .isIn, .isNotIn:
      guard let elements = b.elements else { throw fault("it looks for something in \(b.kind)") }
      var isIn = false
      for element in elements where !isIn { isIn = try isEqual(a, element) }
      return .bool(isIn == (comparison == .isIn))
    default: break
    }
    if let first = a.number, let second = b.number, let result = first.compare(comparison, second) {
      return .bool(result)
    }
    if a.isArray || b.isArray {
      if comparison == .equal || comparison == .notEqual, !layer.version.isTensorFlow2 {
        throw fault("it compares tensors by ==, which TensorFlow 1 and 2 do differently")
      }
      return try apply(comparison.operation, [try operand(a), try operand(b)], &builder)
    }
    switch comparison {
    case .equal: return .bool(try isEqual(a, b))
    case .notEqual: return .bool(!(try isEqual(a, b)))
    default: throw fault("it compares \(a.kind) with \(b.kind)")
    }
  }

  /// Whether both values are Python's `None`; nil if that is not known.
  private func isNone(_ a: PythonValue, _ b: PythonValue) -> Bool? {
    switch (a, b) {
    case (.none, .none): true
    // Some versions of Keras have `None` for a size that is not known yet.
    case (.none, .value(.size)), (.value(.size), .none): nil
    case (.none, _), (_, .none): false
    default: nil
    }
  }

  private func isEqual(_ a: PythonValue, _ b: PythonValue) throws(KerasError) -> Bool {
    if let first = a.number, let second = b.number { return first.compare(.equal, second) ?? false }
    switch (a, b) {
    case (.string(let first), .string(let second)): return first.utf8.elementsEqual(second.utf8)
    case (.none, .none): return true
    case (.tuple(let first), .tuple(let second)), (.list(let first), .list(let second)):
      guard first.count == second.count else { return false }
      for (a, b) in zip(first, second) where !(try isEqual(a, b)) { return false }
      return true
    case (.string, .none), (.none, .string), (.int, .none), (.none, .int), (.string, .int), (.int, .string):
      return false
    default: throw fault("it compares \(a.kind) with \(b.kind)")
    }
  }

  /// `value[key]`
  private mutating func item(_ key: PythonValue, of value: PythonValue, _ builder: inout GraphBuilder)
    throws(KerasError) -> PythonValue
  {
    switch value {
    case .value(.tensor): return try apply("GetItem", [value, try checked(key)], &builder)
    case .dictionary(let members):
      guard case .string(let name) = key, let member = members.last(where: { $0.key == name }) else {
        throw fault("it looks for something that a dictionary does not have")
      }
      return member.value
    case .tuple(let elements): return try part(key, of: elements) { .tuple($0) }
    case .list(let elements): return try part(key, of: elements) { .list($0) }
    case .saved(let elements): return try part(key, of: elements) { .saved($0) }
    default: throw fault("it takes a part of \(value.kind)")
    }
  }

  /// A key of a tensor, whose parts are constants.
  private func checked(_ key: PythonValue) throws(KerasError) -> PythonValue {
    switch key {
    case .none, .ellipsis, .int, .slice: return key
    case .tuple(let parts):
      for part in parts {
        switch part {
        case .none, .ellipsis, .int, .slice: continue
        default: throw fault("it takes a part of a tensor by \(part.kind)")
        }
      }
      return key
    default: throw fault("it takes a part of a tensor by \(key.kind)")
    }
  }

  private func part(
    _ key: PythonValue, of elements: [PythonValue], _ make: ([PythonValue]) -> PythonValue
  ) throws(KerasError) -> PythonValue {
    switch key {
    case .int(let index):
      let place = index < 0 ? index &+ elements.count : index
      guard elements.indices.contains(place) else {
        throw fault("a list of \(elements.count) has no entry \(index)")
      }
      return elements[place]
    case .slice(let start, let stop, let step):
      guard let range = PythonRange(start, stop, step, count: elements.count) else {
        throw fault("it takes a part of a list by something else than numbers")
      }
      return make(range.indices.map { elements[$0] })
    default: throw fault("it takes a part of a list by \(key.kind)")
    }
  }
}

/// The entries that a slice takes from a list.
struct PythonRange {
  let indices: [Int]

  init?(_ start: PythonValue, _ stop: PythonValue, _ step: PythonValue, count: Int) {
    func bound(_ value: PythonValue, _ fallback: Int, _ limits: ClosedRange<Int>) -> Int? {
      switch value {
      case .none: return fallback
      case .int(let value):
        return min(max(value < 0 ? value &+ count : value, limits.lowerBound), limits.upperBound)
      default: return nil
      }
    }
    var stride = 1
    switch step {
    case .none: break
    case .int(let value) where value != 0 && value.magnitude < 1 << 31: stride = value
    default: return nil
    }
    let limits = stride > 0 ? 0...count : -1...(count - 1)
    guard let first = bound(start, stride > 0 ? 0 : count - 1, limits),
      let end = bound(stop, stride > 0 ? count : -1, limits)
    else { return nil }
    indices = Array(Swift.stride(from: first, to: end, by: stride))
  }
}

extension PythonValue {
  /// Whether arithmetic on it is that of arrays.
  fileprivate var isArray: Bool { if case .value = self { true } else { false } }
}

extension Instruction.Comparison {
  fileprivate var operation: String {
    switch self {
    case .less: "Less"
    case .lessEqual: "LessEqual"
    case .notEqual: "NotEqual"
    case .greater: "Greater"
    case .greaterEqual: "GreaterEqual"
    default: "Equal"
    }
  }
}

extension KerasVersion {
  /// Whether it certainly ran with TensorFlow 2, or without TensorFlow; Keras 2.2.4-tf is that of 1.13 to 2.1.
  var isTensorFlow2: Bool { major >= 3 || major == 2 && (minor >= 4 || minor == 3 && text.hasSuffix("-tf")) }
}
