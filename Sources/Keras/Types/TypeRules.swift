import Glibc
import Inference

/// Where an operation stands: what its type depends on besides its inputs.
struct TypeContext {
  let inputs: [ValueType]
  let shapes: [Shape]
  let version: KerasVersion
  /// Whether it is part of a layer, whose weights are floats, and not a function of `keras.ops` or TensorFlow.
  let isLayer: Bool

  var first: ValueType { inputs.first ?? .float }
  var isFloat: Bool { inputs.allSatisfy(\.isFloat) }

  /// What is computed differently by Keras' backends, or from whole numbers in another way than from floats.
  func refusal(_ what: String) -> TypeFault {
    let name = inputs.first { !$0.isFloat }?.type.name ?? NumberType.float.name
    return TypeFault(reason: "it \(what) of \(name), which some of Keras' backends compute as whole numbers")
  }

  /// Whole numbers that an operation makes in some range, which their type must hold.
  func whole(_ type: NumberType, _ range: Interval) throws(TypeFault) -> ValueType {
    guard type.range.contains(range) else {
      throw TypeFault(
        reason: "its result can leave the range of \(type.name), where Keras wraps around")
    }
    return ValueType(type, range)
  }

  /// The same numbers in another order, or some of them.
  var moved: ValueType { ValueType(first.type, first.range) }

  /// How many numbers of the first input are taken together over some axes; nil: it is not known.
  func count(_ axes: [Int]) -> Double? {
    let shape = shapes.first ?? []
    let sizes = axes.isEmpty ? shape : axes.map { shape[$0 < 0 ? $0 + shape.count : $0] }
    return sizes.reduce(1) { count, size in count.flatMap { count in size.map { count * Double($0) } } }
  }
}

extension Operation {
  /// The type of the operation's result in Keras. Floats give floats; of whole numbers only that is known whose
  /// result is the same when it is computed with floats.
  func type(_ context: TypeContext) throws(TypeFault) -> ValueType {
    switch self {
    case .unary(let function): return try function.type(context)
    case .binary(let function): return try function.type(context)
    case .slice, .reshape, .transpose, .broadcast, .repeatElements, .tile, .flip, .take, .sort:
      return context.moved
    case .reduction(let reduction, let axes, _): return try reduction.type(context, axes)
    case .cumulativeSum(let axis): return try Reduction.sum.type(context, [axis], keepsType: true)
    case .concatenation: return try context.joined(context.inputs)
    case .select: return try context.joined(Array(context.inputs.dropFirst()))
    case .argument, .argumentSort: return ValueType(.int32, Interval(0, 0x1p24))
    case .embedding, .oneHot, .input, .constant: return .float
    case .pooling(let pooling) where pooling.kind == .max: return context.moved
    case .padding(_, _, .constant(let filler)):
      return try context.joined([context.first, ValueType(filler)])
    case .padding: return context.moved
    case .resize(let resize) where resize.interpolation == .nearest: return context.moved
    case .matMul, .einsum:
      // One of floats makes the other a float.
      if context.inputs.contains(where: \.isFloat) { return .float }
      throw context.refusal("multiplies matrices")
    case .dense, .convolution, .depthwiseConvolution, .transposedConvolution, .locallyConnected, .recurrence:
      if context.isFloat || context.isLayer { return .float }
      throw context.refusal("multiplies matrices")
    case .determinant: return ValueType(.float, try context.floats("takes the determinant", .all))
    case .softmax, .sparsemax:
      return ValueType(.float, try context.floats("takes the softmax", Interval(0, 1)))
    case .resize(let resize):
      return ValueType(
        .float,
        try context.floats("resizes an image", resize.interpolation == .bilinear ? context.first.range : .all)
      )
    case .pooling: return ValueType(.float, try context.floats("takes averages", context.first.range))
    case .affine, .normalization: return ValueType(.float, try context.floats("normalises values", .all))
    case .logSoftmax, .parametricReLU, .cumulativeProduct:
      return ValueType(.float, try context.floats("takes a function", .all))
    }
  }
}

extension TypeContext {
  /// The range of what floats give; whole numbers are refused.
  fileprivate func floats(_ what: String, _ range: Interval) throws(TypeFault) -> Interval {
    if isFloat { return range }
    throw refusal(what)
  }

  /// Numbers of several values, beside each other.
  fileprivate func joined(_ values: [ValueType]) throws(TypeFault) -> ValueType {
    guard var result = values.first else { return .float }
    for value in values.dropFirst() {
      result = ValueType(
        try result.promoted(with: value), result.range.union(value.range),
        isWeak: result.isWeak && value.isWeak)
    }
    return result
  }
}

extension Reduction {
  /// - Parameter keepsType: whether a sum is of its terms' own type, as a running one is; else of 32 bits at least.
  fileprivate func type(_ context: TypeContext, _ axes: [Int], keepsType: Bool = false) throws(TypeFault)
    -> ValueType
  {
    let input = context.first
    switch self {
    case .any, .all: return .bool
    case .max, .min: return context.moved
    case .mean:
      // TensorFlow's own mean of whole numbers is one.
      if !input.isFloat, context.version.major < 3 { throw context.refusal("takes the mean") }
      return ValueType(.float, input.range)
    case .variance, .l2Norm, .logSumExp:
      if !input.isFloat, context.version.major < 3 || self == .logSumExp {
        throw context.refusal("takes the \(rawValue)")
      }
      return .float
    case .sum:
      if input.isFloat { return .float }
      guard let count = context.count(axes) else {
        throw context.refusal("takes the sum of an unknown number of values")
      }
      let range = input.range.union(input.range * Interval(count, count))
      let type = keepsType && input.type != .bool ? input.type : input.type.promoted(with: .int32)
      // TensorFlow's own sum keeps the type.
      return try context.whole(context.version.major < 3 && input.type != .bool ? input.type : type, range)
    case .product:
      if input.isFloat { return .float }
      if Interval(-1, 1).contains(input.range) {
        return ValueType(input.type.promoted(with: .int32), Interval(-1, 1))
      }
      throw context.refusal("takes the product")
    }
  }
}

extension Unary {
  fileprivate func type(_ context: TypeContext) throws(TypeFault) -> ValueType {
    let input = context.first
    let range = input.range
    switch self {
    case .isNaN, .isFinite, .isInfinite, .logicalNot: return .bool
    case .clip(let low, let high): return try context.clipped(low, high)
    case .relu(negativeSlope: 0, let ceiling, threshold: 0):
      return try context.clipped(0, ceiling ?? .infinity)
    case .hardTanh: return try context.clipped(-1, 1)
    case .linear(let scale, let offset):
      let (scale, offset) = (ValueType(scale), ValueType(offset))
      let result = range * scale.range + offset.range
      if input.isFloat || scale.isFloat || offset.isFloat { return ValueType(.float, result) }
      return try context.whole(input.type, result)
    case .floor: return ValueType(input.type, range.mapped { $0.rounded(.down) })
    case .ceil: return ValueType(input.type, range.mapped { $0.rounded(.up) })
    case .truncate: return ValueType(input.type, range.mapped { $0.rounded(.towardZero) })
    case .round: return ValueType(input.type, range.mapped { $0.rounded(.toNearestOrEven) })
    case .sign: return ValueType(input.type, range.clipped(to: Interval(-1, 1)))
    case .negative: return try context.arithmetic(input.type, -range)
    case .abs:
      return try context.arithmetic(input.type, range.magnitude)
    case .square:
      return try context.arithmetic(input.type, range.magnitude * range.magnitude)
    case .sigmoid, .hardSigmoid, .sparseSigmoid:
      return ValueType(.float, try context.floats("takes a function", Interval(0, 1)))
    // Keras converts the inputs of these to floats.
    case .tanh, .exp, .sqrt, .rsqrt, .expm1, .log, .log1p, .log2, .log10, .sin, .cos, .tan, .arcsin, .arccos,
      .arctan,
      .sinh, .cosh, .arcsinh, .arccosh, .arctanh:
      return .float
    default: return ValueType(.float, try context.floats("takes a function", .all))
    }
  }
}

extension TypeContext {
  fileprivate func clipped(_ low: Float, _ high: Float) throws(TypeFault) -> ValueType {
    let limits = Interval(Double(low), Double(high))
    let result = first.range.clipped(to: limits)
    return first.isFloat ? ValueType(.float, result) : try whole(first.type, result)
  }

  /// The result of arithmetic in a type.
  fileprivate func arithmetic(_ type: NumberType, _ range: Interval) throws(TypeFault) -> ValueType {
    type == .float ? ValueType(.float, range) : try whole(type, range)
  }
}

extension Binary {
  fileprivate func type(_ context: TypeContext) throws(TypeFault) -> ValueType {
    guard context.inputs.count == 2 else { return .float }
    let (first, second) = (context.inputs[0], context.inputs[1])
    let (a, b) = (first.range, second.range)
    switch self {
    case .logicalAnd, .logicalOr, .logicalXor: return .bool
    case .divide:
      if context.version.major < 3, !context.inputs.contains(where: \.isFloat) {
        throw context.refusal("takes quotients")
      }
      return .float
    default: break
    }
    let type = try first.promoted(with: second)
    let isWeak = first.isWeak && second.isWeak
    switch self {
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: return .bool
    case .add: return try context.arithmetic(type, a + b)
    case .subtract: return try context.arithmetic(type, a - b)
    case .multiply: return try context.arithmetic(type, a * b)
    case .maximum: return ValueType(type, Interval(max(a.low, b.low), max(a.high, b.high)), isWeak: isWeak)
    case .minimum: return ValueType(type, Interval(min(a.low, b.low), min(a.high, b.high)), isWeak: isWeak)
    case .modulo where !b.contains(0):
      return try context.arithmetic(type, Interval(min(b.low, 0), max(b.high, 0)))
    default: break
    }
    if type == .float { return .float }
    switch self {
    case .floorDivide where !b.contains(0):
      let quotients = [a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high]
      return try context.whole(type, Interval(of: quotients.map { $0.rounded(.down) }))
    case .power where b.low >= 0:
      let powers = [a.low, a.high, a.magnitude.high, min(a.magnitude.high, 1)].flatMap { base in
        [pow(base, b.low), pow(base, b.high)]
      }
      return try context.whole(type, Interval(of: a.low < 0 ? powers + powers.map { -$0 } : powers))
    case .bitwiseAnd, .greatestCommonDivisor: return ValueType(type)
    default: throw context.refusal("takes a function")
    }
  }
}
