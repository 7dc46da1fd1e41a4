import Inference
import JSON

/// What is known of a value of the graph beyond its shape: its type in Keras, and which numbers it can be.
struct ValueType: Equatable {
  let type: NumberType
  let range: Interval
  /// Whether it is one number of Python, which takes the type of what it meets.
  let isWeak: Bool

  static let float = ValueType(.float)
  static let bool = ValueType(.bool)

  init(_ type: NumberType, _ range: Interval? = nil, isWeak: Bool = false) {
    self.type = type
    self.range = range ?? type.range
    self.isWeak = isWeak
  }

  /// A number that the builder of a layer uses: whole ones are like Python's.
  init(_ number: Float) {
    let value = Double(number)
    let isWhole = value == value.rounded() && NumberType.int32.range.contains(value)
    self.init(isWhole ? .int32 : .float, Interval(value, value), isWeak: isWhole)
  }

  /// Constants of a model's configuration.
  init(constant json: JSONValue, _ tensor: Tensor) {
    let range = Interval(of: tensor.values.lazy.map { Double($0) })
    let saved = json["config"]?["dtype"]?.string.flatMap { NumberType(keras: $0) }
    var element = json.unwrapped
    while let first = element.array?.first { element = first }
    let own: NumberType = element.bool != nil ? .bool : tensor.isWhole(json.unwrapped) ? .int32 : .float
    let type = saved ?? own
    self.init(type, range, isWeak: saved == nil && type == .int32 && json.integer != nil)
  }

  var isFloat: Bool { type == .float }

  /// The type of what two values give together, which both must fit.
  func promoted(with other: ValueType) throws(TypeFault) -> NumberType {
    let type: NumberType
    switch (isWeak, other.isWeak) {
    case (true, false): type = other.type == .bool ? .int32 : other.type
    case (false, true): type = self.type == .bool ? .int32 : self.type
    default: type = self.type.promoted(with: other.type)
    }
    for value in [self, other] where !type.range.contains(value.range) {
      throw TypeFault(
        reason: "its values, of \(value.type.name), are not of the type of the others, \(type.name)")
    }
    return type
  }
}

/// Keras computes with whole numbers here what floats do not give.
struct TypeFault: Error {
  let reason: String
}

extension Tensor {
  /// Whether a constant's numbers are all written as whole ones.
  fileprivate func isWhole(_ json: JSONValue) -> Bool {
    if let array = json.array { return array.allSatisfy { isWhole($0) } }
    if case .integer = json { return true }
    return false
  }
}
