import Glibc
import Inference
import JSON

extension LayerClass {
  /// Functions of one value, and of two.
  static let elementwiseOperations = Dictionary(families: [
    unaryFunctions.mapValues { function in
      LayerClass { layer, builder throws(KerasError) in
        .tensor(try builder.apply(function, layer.operand(in: &builder), layer))
      }
    },
    binaryFunctions.mapValues { function in
      binary { builder, layer, a, b throws(KerasError) in try builder.apply(function, a, b, layer) }
    },
    composedFunctions,
  ])

  private static let unaryFunctions: [String: Unary] = [
    "Absolute": .abs, "Abs": .abs, "Fabs": .abs, "Negative": .negative, "Sign": .sign, "Square": .square,
    "Sqrt": .sqrt, "Rsqrt": .rsqrt, "Reciprocal": .reciprocal, "Exp": .exp, "Expm1": .expm1, "Log": .log,
    "Log1p": .log1p, "Log2": .log2, "Log10": .log10, "Sin": .sin, "Cos": .cos, "Tan": .tan,
    "Arcsin": .arcsin, "Arccos": .arccos, "Arctan": .arctan, "Sinh": .sinh, "Cosh": .cosh, "Tanh": .tanh,
    "Arcsinh": .arcsinh, "Arccosh": .arccosh, "Arctanh": .arctanh, "Erf": .erf, "Floor": .floor,
    "Ceil": .ceil, "Trunc": .truncate, "LogicalNot": .logicalNot, "Isnan": .isNaN, "Isfinite": .isFinite,
    "Isinf": .isInfinite, "Erfinv": .erfInverse, "I0": .besselI0,
    "BitwiseNot": .linear(scale: -1, offset: -1), "BitwiseInvert": .linear(scale: -1, offset: -1),
    "OnesLike": .clip(low: 1, high: 1), "Isreal": .clip(low: 1, high: 1),
    "ZerosLike": .clip(low: 0, high: 0), "EmptyLike": .clip(low: 0, high: 0), "Imag": .clip(low: 0, high: 0),
    "Deg2rad": .linear(scale: .pi / 180, offset: 0), "Rad2deg": .linear(scale: 180 / .pi, offset: 0),
    "Relu": .relu(), "Relu6": .relu(ceiling: 6), "Sigmoid": .sigmoid, "SparseSigmoid": .sparseSigmoid,
    "Softplus": .softplus, "Softsign": .softsign, "SparsePlus": .sparsePlus, "Silu": .swish,
    "LogSigmoid": .logSigmoid, "HardSigmoid": .hardSigmoid(slope: 1 / 6, offset: 0.5),
    "HardSilu": .hardSwish, "Selu": .selu, "TanhShrink": .tanhShrink, "HardTanh": .hardTanh,
  ]

  private static let binaryFunctions: [String: Binary] = [
    "Add": .add, "Subtract": .subtract, "Multiply": .multiply, "Divide": .divide, "TrueDivide": .divide,
    "Power": .power, "FloorDivide": .floorDivide, "Mod": .modulo, "Arctan2": .arctan2,
    "Maximum": .maximum, "Fmax": .maximum, "Minimum": .minimum, "Fmin": .minimum,
    "SquaredDifference": .squaredDifference, "Nextafter": .nextAfter, "BitwiseAnd": .bitwiseAnd,
    "Gcd": .greatestCommonDivisor,
    "Equal": .equal, "NotEqual": .notEqual, "Less": .less, "LessEqual": .lessEqual, "Greater": .greater,
    "GreaterEqual": .greaterEqual, "LogicalAnd": .logicalAnd, "LogicalOr": .logicalOr,
    "LogicalXor": .logicalXor,
  ]

  private typealias BinaryBuild =
    @Sendable (
      inout GraphBuilder, LayerCall, Graph.ValueID, Graph.ValueID
    ) throws(KerasError) -> Graph.ValueID

  private static func binary(_ build: @escaping BinaryBuild) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let a = try layer.operand(0, "x1", "x", in: &builder)
      let b = try layer.operand(1, "x2", "y", in: &builder)
      return .tensor(try build(&builder, layer, a, b))
    }
  }

  /// A function of two values that makes no number beyond its type of theirs, but may on the way.
  private static func whole(_ build: @escaping BinaryBuild) -> LayerClass {
    binary { builder, layer, a, b throws(KerasError) in
      try builder.whole([a, b], layer) { builder, values throws(KerasError) in
        try build(&builder, layer, values[0], values[1])
      }
    }
  }

  private typealias UnaryBuild =
    @Sendable (inout GraphBuilder, LayerCall, Graph.ValueID) throws(KerasError)
    -> Graph.ValueID

  private static func unary(_ build: @escaping UnaryBuild) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let value = try layer.operand(0, "x", in: &builder)
      return .tensor(try build(&builder, layer, value))
    }
  }

  /// A function of one value with a parameter.
  private static func parametric(
    _ key: String, default fallback: Double, _ function: @escaping @Sendable (Float) -> Unary
  ) -> LayerClass {
    unary { builder, layer, x throws(KerasError) in
      try builder.apply(function(Float(layer.configuration.number(key, default: fallback))), x, layer)
    }
  }

  /// Functions that are made of others.
  private static let composedFunctions: [String: LayerClass] = [
    "Elu": parametric("alpha", default: 1) { .elu(alpha: $0) },
    "Celu": parametric("alpha", default: 1) { .celu(alpha: $0) },
    "LeakyRelu": parametric("negative_slope", default: 0.2) { .relu(negativeSlope: $0) },
    "SoftShrink": parametric("threshold", default: 0.5) { .softShrink(threshold: $0) },
    "HardShrink": parametric("threshold", default: 0.5) { .hardShrink(threshold: $0) },
    "Squareplus": parametric("b", default: 4) { .squareplus(b: $0) },
    "Gelu": unary { builder, layer, x throws(KerasError) in
      let isApproximate = try layer.configuration.bool("approximate", default: true)
      return try builder.apply(.gelu(approximate: isApproximate), x, layer)
    },
    "Threshold": unary { builder, layer, x throws(KerasError) in
      let threshold = try layer.configuration.number("threshold")
      let other = try builder.scalar(Float(layer.configuration.number("default_value")), layer)
      let passes = try builder.apply(.greater, x, Float(threshold), layer)
      return try builder.add(.select, [passes, x, other], layer)
    },
    "Clip": unary { builder, layer, x throws(KerasError) in
      var result = x
      for (key, function) in [("x_min", Binary.maximum), ("x_max", .minimum)] {
        guard let limit = layer.parameter(key) else { continue }
        if case .constant(.null) = limit { continue }
        result = try builder.apply(function, result, builder.tensor(limit, layer), layer)
      }
      return result
    },
    "Round": unary { builder, layer, x throws(KerasError) in
      let decimals = try layer.configuration.integer("decimals", default: 0)
      guard (-30...30).contains(decimals) else { throw layer.configuration.error("decimals", "small") }
      if decimals == 0 { return try builder.apply(.round, x, layer) }
      let factor = (0..<abs(decimals)).reduce(Float(1)) { power, _ in power * 10 }
      let (first, second): (Binary, Binary) = decimals > 0 ? (.multiply, .divide) : (.divide, .multiply)
      let scaled = try builder.apply(.round, builder.apply(first, x, factor, layer), layer)
      return try builder.apply(second, scaled, factor, layer)
    },
    "Exp2": unary { builder, layer, x throws(KerasError) in
      try builder.apply(.power, builder.scalar(2, layer), x, layer)
    },
    "Erfc": unary { builder, layer, x throws(KerasError) in
      try builder.apply(.linear(scale: -1, offset: 1), builder.apply(.erf, x, layer), layer)
    },
    "Cbrt": unary { builder, layer, x throws(KerasError) in
      let root = try builder.apply(.power, builder.apply(.abs, x, layer), 1 / 3, layer)
      return try builder.apply(.multiply, builder.apply(.sign, x, layer), root, layer)
    },
    "Sinc": unary { builder, layer, x throws(KerasError) in
      let angle = try builder.apply(.linear(scale: .pi, offset: 0), x, layer)
      let quotient = try builder.apply(.divide, builder.apply(.sin, angle, layer), angle, layer)
      let isZero = try builder.apply(.equal, x, 0, layer)
      return try builder.add(.select, [isZero, builder.scalar(1, layer), quotient], layer)
    },
    "Signbit": unary { builder, layer, x throws(KerasError) in try builder.apply(.less, x, 0, layer) },
    "Isposinf": unary { builder, layer, x throws(KerasError) in
      try builder.apply(.equal, x, .infinity, layer)
    },
    "Isneginf": unary { builder, layer, x throws(KerasError) in
      try builder.apply(.equal, x, -.infinity, layer)
    },
    "NanToNum": unary { builder, layer, x throws(KerasError) in
      let configuration = layer.configuration
      let limit = Double(Float.greatestFiniteMagnitude)
      let low = try builder.scalar(Float(configuration.number("neginf", default: -limit)), layer)
      let high = try builder.scalar(Float(configuration.number("posinf", default: limit)), layer)
      let missing = try builder.scalar(Float(configuration.number("nan", default: 0)), layer)
      var result = try builder.add(.select, [builder.apply(.isNaN, x, layer), missing, x], layer)
      result = try builder.add(
        .select, [builder.apply(.equal, x, .infinity, layer), high, result], layer)
      return try builder.add(.select, [builder.apply(.equal, x, -.infinity, layer), low, result], layer)
    },
    // Of real numbers.
    "Angle": unary { builder, layer, x throws(KerasError) in
      try builder.apply(.linear(scale: .pi, offset: 0), builder.apply(.less, x, 0, layer), layer)
    },
    "StopGradient": unary { _, _, x throws(KerasError) in x },
    "ConvertToTensor": cast, "Cast": cast, "SaturateCast": cast, "Array": cast,
    "Copy": unary { _, _, x throws(KerasError) in x },
    "Real": unary { _, _, x throws(KerasError) in x },
    "Conjugate": unary { _, _, x throws(KerasError) in x },
    "Conj": unary { _, _, x throws(KerasError) in x },
    // Clipping, unlike multiplying by 0, does not stumble over infinity.
    "FullLike": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(0, "x", in: &builder)
      let zeros = try builder.apply(.clip(low: 0, high: 0), x, layer)
      return .tensor(
        try builder.apply(.add, zeros, layer.operand(1, "fill_value", in: &builder), layer))
    },
    "DivideNoNan": binary { builder, layer, a, b throws(KerasError) in
      let isZero = try builder.apply(.equal, b, 0, layer)
      let quotient = try builder.apply(.divide, a, b, layer)
      return try builder.add(.select, [isZero, builder.scalar(0, layer), quotient], layer)
    },
    "Fmod": binary { builder, layer, a, b throws(KerasError) in
      let quotient = try builder.apply(.truncate, builder.apply(.divide, a, b, layer), layer)
      return try builder.apply(.subtract, a, builder.apply(.multiply, quotient, b, layer), layer)
    },
    "Hypot": binary { builder, layer, a, b throws(KerasError) in
      let squares = try builder.apply(
        .add, builder.apply(.square, a, layer), builder.apply(.square, b, layer), layer)
      return try builder.apply(.sqrt, squares, layer)
    },
    "Logaddexp": binary { builder, layer, a, b throws(KerasError) in
      let distance = try builder.apply(.abs, builder.apply(.subtract, a, b, layer), layer)
      let rest = try builder.apply(
        .log1p, builder.apply(.exp, builder.apply(.negative, distance, layer), layer), layer)
      return try builder.apply(.add, builder.apply(.maximum, a, b, layer), rest, layer)
    },
    "Logaddexp2": binary { builder, layer, a, b throws(KerasError) in
      let distance = try builder.apply(.abs, builder.apply(.subtract, a, b, layer), layer)
      let power = try builder.apply(
        .power, builder.scalar(0.5, layer), distance, layer)
      let rest = try builder.apply(
        .linear(scale: Float(1 / log(2.0)), offset: 0), builder.apply(.log1p, power, layer), layer)
      return try builder.apply(.add, builder.apply(.maximum, a, b, layer), rest, layer)
    },
    "BitwiseOr": whole { builder, layer, a, b throws(KerasError) in
      let both = try builder.apply(.bitwiseAnd, a, b, layer)
      return try builder.apply(.subtract, builder.apply(.add, a, b, layer), both, layer)
    },
    "BitwiseXor": whole { builder, layer, a, b throws(KerasError) in
      let both = try builder.apply(.multiply, builder.apply(.bitwiseAnd, a, b, layer), 2, layer)
      return try builder.apply(.subtract, builder.apply(.add, a, b, layer), both, layer)
    },
    "BitwiseLeftShift": shift(.multiply), "LeftShift": shift(.multiply),
    "BitwiseRightShift": shift(.floorDivide), "RightShift": shift(.floorDivide),
    "Lcm": whole { builder, layer, a, b throws(KerasError) in
      let product = try builder.apply(.abs, builder.apply(.multiply, a, b, layer), layer)
      let divisor = try builder.apply(
        .maximum, builder.apply(.greatestCommonDivisor, a, b, layer), 1, layer)
      return try builder.apply(.divide, product, divisor, layer)
    },
    "Ldexp": binary { builder, layer, a, b throws(KerasError) in
      let factor = try builder.apply(.power, builder.scalar(2, layer), b, layer)
      return try builder.apply(.multiply, a, factor, layer)
    },
    "Heaviside": binary { builder, layer, a, b throws(KerasError) in
      let isZero = try builder.apply(.equal, a, 0, layer)
      return try builder.add(.select, [isZero, b, builder.apply(.greater, a, 0, layer)], layer)
    },
    "Isclose": binary(isClose),
    "AllClose": binary { builder, layer, a, b throws(KerasError) in
      try builder.reduce(.all, isClose(&builder, layer, a, b), [], false, layer)
    },
    "Where": LayerClass { layer, builder throws(KerasError) in
      let inputs = [
        try layer.operand(0, "condition", in: &builder), try layer.operand(1, "x1", "x", in: &builder),
        try layer.operand(2, "x2", "y", in: &builder),
      ]
      return .tensor(try builder.add(.select, inputs, layer))
    },
    "Select": LayerClass { layer, builder throws(KerasError) in
      let conditions = try layer.operands(0, "condlist", in: &builder)
      let choices = try layer.operands(1, "choicelist", in: &builder)
      guard conditions.count == choices.count else {
        throw layer.error("it has \(conditions.count) conditions and \(choices.count) choices")
      }
      var result =
        layer.optionalOperand(2, "default") == nil
        ? builder.scalar(0, layer) : try layer.operand(2, "default", in: &builder)
      for (condition, choice) in zip(conditions, choices).reversed() {
        result = try builder.add(.select, [condition, choice, result], layer)
      }
      return .tensor(result)
    },
  ]

  @Sendable private static func isClose(
    _ builder: inout GraphBuilder, _ layer: LayerCall, _ a: Graph.ValueID, _ b: Graph.ValueID
  ) throws(KerasError) -> Graph.ValueID {
    let relative = try layer.number(2, "rtol", default: 1e-5)
    let absolute = try layer.number(3, "atol", default: 1e-8)
    let distance = try builder.apply(.abs, builder.apply(.subtract, a, b, layer), layer)
    let limit = try builder.apply(
      .linear(scale: relative, offset: absolute), builder.apply(.abs, b, layer), layer)
    return try builder.apply(.lessEqual, distance, limit, layer)
  }

  /// A whole number times 2 to another, or divided by it and rounded down.
  private static func shift(_ function: Binary) -> LayerClass {
    binary { builder, layer, a, b throws(KerasError) in
      try builder.apply(function, a, builder.apply(.power, builder.scalar(2, layer), b, layer), layer)
    }
  }

  /// Conversion to another type.
  private static let cast = LayerClass { layer, builder throws(KerasError) in
    var x = try layer.operand(0, "x", in: &builder)
    guard let name = layer.configuration["dtype"]?.string else { return .tensor(x) }
    guard let type = NumberType(keras: name) else {
      throw layer.configuration.error("dtype", "a type of numbers")
    }
    if layer.description.className == "SaturateCast", type != .float {
      x = try builder.apply(.clip(low: Float(type.range.low), high: Float(type.range.high)), x, layer)
    }
    return .tensor(try builder.cast(x, to: type, layer.description.identity))
  }
}
