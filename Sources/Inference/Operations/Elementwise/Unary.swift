import Glibc
import Kernels

/// Functions of one value. Names are Keras' (keras.activations, keras.ops).
public enum Unary: Sendable, Equatable {
  /// `x >= ceiling -> ceiling; threshold <= x < ceiling -> x; else negativeSlope * (x - threshold)`
  case relu(negativeSlope: Float = 0, ceiling: Float? = nil, threshold: Float = 0)
  case sigmoid, tanh, softplus, softsign, exponential, swish, mish, selu
  case elu(alpha: Float), celu(alpha: Float)
  case gelu(approximate: Bool)
  /// `clip(slope * x + offset, 0, 1)`: 0.2, 0.5 in Keras 1 and 2; 1/6, 0.5 in Keras 3.
  case hardSigmoid(slope: Float, offset: Float)
  /// `x * hardSigmoid(x)` with Keras 3's slope.
  case hardSwish
  /// `x > theta ? x : 0`
  case thresholdedReLU(theta: Float)
  case logSigmoid, squareplus(b: Float), sparsePlus, sparseSigmoid
  case softShrink(threshold: Float), hardShrink(threshold: Float), tanhShrink
  case hardTanh
  case clip(low: Float, high: Float)
  /// `x * scale + offset`
  case linear(scale: Float, offset: Float)
  case abs, negative, sign, square, sqrt, rsqrt, reciprocal, exp, expm1, log, log1p, log2, log10
  case sin, cos, tan, arcsin, arccos, arctan, sinh, cosh, arcsinh, arccosh, arctanh
  case erf, erfInverse, besselI0, floor, ceil, round, truncate, logicalNot, isNaN, isFinite, isInfinite
}

extension Unary: OperationDefinition {
  /// The function's name without its parameters.
  var name: String { String("\(self)".prefix { $0 != "(" }) }
  var inputCount: ClosedRange<Int> { 1...1 }
  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape { inputs[0] }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: true)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [ElementwiseStep(name: node.name, unary: self, input: node.input, output: node.output)]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? {
    guard let input = inputs.first.flatMap({ $0 }) else { return nil }
    switch self {
    case .sigmoid, .hardSigmoid, .sparseSigmoid: return .sigmoid
    case .clip(low: 0, high: 1), .relu(negativeSlope: 0, ceiling: 1, threshold: 0):
      return input == .softmax ? input : .sigmoid
    case .linear, .clip: return input
    case .relu, .softplus, .swish, .mish, .selu, .elu, .celu, .gelu, .hardSwish, .thresholdedReLU,
      .squareplus,
      .sparsePlus, .softShrink, .hardShrink, .tanhShrink, .abs, .negative, .square:
      return input == .unbounded ? .unbounded : .unknown
    default: return .unknown
    }
  }
}

extension Unary {
  /// The vectorised kernel, where there is one.
  var function: ElementwiseFunction? {
    switch self {
    case .relu(let negativeSlope, let ceiling, let threshold):
      if threshold == 0 && negativeSlope == 0 {
        return ceiling.map { .clip(low: 0, high: $0) } ?? .relu
      }
      if threshold == 0 && ceiling == nil { return .leakyReLU(slope: negativeSlope) }
      return .generalReLU(
        negativeSlope: negativeSlope, ceiling: ceiling ?? .infinity, threshold: threshold)
    case .sigmoid: return .sigmoid
    case .tanh: return .tanh
    case .softplus: return .softplus
    case .softsign: return .softsign
    case .exponential, .exp: return .exp
    case .swish: return .swish
    case .mish: return .mish
    case .selu: return .exponentialUnit(scale: 1.050700987, alpha: 1.673263242, width: 1)
    case .elu(let alpha): return .exponentialUnit(scale: 1, alpha: alpha, width: 1)
    case .celu(let alpha): return .exponentialUnit(scale: 1, alpha: alpha, width: alpha)
    case .gelu(let approximate): return approximate ? .geluTanh : .geluErf
    case .hardSigmoid(let slope, let offset): return .hardSigmoid(slope: slope, offset: offset)
    case .hardSwish: return .hardSwish
    case .thresholdedReLU(let theta): return .thresholdedReLU(theta: theta)
    case .logSigmoid: return .logSigmoid
    case .squareplus(let b): return .squareplus(b: b)
    case .sparsePlus: return .sparsePlus
    case .sparseSigmoid: return .hardSigmoid(slope: 0.5, offset: 0.5)
    case .softShrink(let threshold): return .softShrink(threshold: threshold)
    case .hardShrink(let threshold): return .hardShrink(threshold: threshold)
    case .tanhShrink: return .tanhShrink
    case .hardTanh: return .clip(low: -1, high: 1)
    case .clip(let low, let high): return .clip(low: low, high: high)
    case .linear(let scale, let offset): return .linear(scale: scale, offset: offset)
    case .abs: return .abs
    case .negative: return .linear(scale: -1, offset: 0)
    case .sign: return .sign
    case .square: return .square
    case .sqrt: return .sqrt
    case .rsqrt: return .rsqrt
    case .reciprocal: return .reciprocal
    case .expm1: return .expm1
    case .log: return .log
    case .log1p: return .log1p
    case .erf: return .erf
    case .floor: return .floor
    case .ceil: return .ceil
    case .round: return .round
    case .truncate: return .truncate
    case .logicalNot: return .logicalNot
    case .isNaN: return .isNaN
    case .isFinite: return .isFinite
    case .isInfinite: return .isInfinite
    case .log2, .log10, .sin, .cos, .tan, .arcsin, .arccos, .arctan, .sinh, .cosh, .arcsinh, .arccosh,
      .arctanh, .erfInverse, .besselI0:
      return nil
    }
  }

  /// The C library's function, for those too rare to vectorise.
  var scalarFunction: (Float) -> Float {
    switch self {
    case .log2: Glibc.log2f
    case .log10: Glibc.log10f
    case .sin: Glibc.sinf
    case .cos: Glibc.cosf
    case .tan: Glibc.tanf
    case .arcsin: Glibc.asinf
    case .arccos: Glibc.acosf
    case .arctan: Glibc.atanf
    case .sinh: Glibc.sinhf
    case .cosh: Glibc.coshf
    case .arcsinh: Glibc.asinhf
    case .arccosh: Glibc.acoshf
    case .arctanh: Glibc.atanhf
    case .erfInverse: Inference.erfInverse
    case .besselI0: Inference.besselI0
    default: { $0 }
    }
  }
}
