/// The types of Keras' values, as far as they make a difference to float32, in which all are computed here: floats of
/// any width are one.
enum NumberType: Equatable {
  case float, bool
  case integer(bits: Int, isSigned: Bool)

  static let int32 = NumberType.integer(bits: 32, isSigned: true)

  /// - Parameter name: as in `dtype`; nil: not a type of numbers, or a policy that is not one of these.
  init?(keras name: String) {
    switch name {
    case "bool": self = .bool
    case "int8", "int16", "int32", "int64": self = .integer(bits: Int(name.dropFirst(3)) ?? 0, isSigned: true)
    case "uint8", "uint16", "uint32", "uint64":
      self = .integer(bits: Int(name.dropFirst(4)) ?? 0, isSigned: false)
    case "int": self = .int32
    case "float", "float16", "bfloat16", "float32", "float64", "half", "double": self = .float
    default: return nil
    }
  }

  var name: String {
    switch self {
    case .float: "float32"
    case .bool: "bool"
    case .integer(let bits, let isSigned): (isSigned ? "int" : "uint") + String(bits)
    }
  }

  /// What its values can be. Of 64 bits only what 32 hold counts: some of Keras' backends have only those.
  var range: Interval {
    switch self {
    case .float: return .all
    case .bool: return Interval(0, 1)
    case .integer(let bits, let isSigned):
      let width = min(bits, 32) - (isSigned ? 1 : 0)
      let limit = Double(UInt64(1) << UInt64(width))
      return Interval(isSigned ? -limit : 0, limit - 1)
    }
  }

  /// The part of its range that floats hold every whole number of.
  var expectedRange: Interval { Interval(-0x1p24, 0x1p24).clipped(to: range) }

  /// The type of what two of these types give together.
  func promoted(with other: NumberType) -> NumberType {
    switch (self, other) {
    case (.float, _), (_, .float): return .float
    case (.bool, let type), (let type, .bool): return type
    case (.integer(let bits, let isSigned), .integer(let otherBits, let otherIsSigned)):
      if isSigned == otherIsSigned { return .integer(bits: max(bits, otherBits), isSigned: isSigned) }
      // A signed one that holds what is unsigned.
      let (signed, unsigned) = isSigned ? (bits, otherBits) : (otherBits, bits)
      return .integer(bits: min(signed > unsigned ? signed : unsigned * 2, 64), isSigned: true)
    }
  }
}

extension LayerConfiguration {
  /// The type that `dtype` names, by itself or as a policy; nil: none, or a policy of several.
  var numberType: NumberType? {
    let policy = self["dtype"]
    return (policy?.string ?? policy?["config"]?["name"]?.string).flatMap { NumberType(keras: $0) }
  }
}

extension LayerDescription {
  /// The type that a model has its input in, of which this is the first layer: that of an input, or of a model within.
  var inputType: NumberType {
    if case .model(let model) = content {
      switch model.kind {
      case .sequential: return model.layers.first?.inputType ?? .float
      case .functional(let ports, _):
        return ports.first.flatMap { model.layer(of: $0) }?.inputType ?? .float
      }
    }
    // Before Keras 3 a first layer could take the place of an input, the dtype of which was its own.
    return className == "InputLayer" ? configuration.numberType ?? .float : .float
  }
}
