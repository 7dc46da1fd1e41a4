import Glibc
import Kernels

// Which kernel computes which function.

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
      .arctanh:
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
    default: { $0 }
    }
  }
}

extension Binary {
  /// The vectorised kernel, where there is one.
  var function: BinaryFunction? {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .maximum: .maximum
    case .minimum: .minimum
    case .floorDivide: .floorDivide
    case .modulo: .modulo
    case .squaredDifference: .squaredDifference
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessEqual: .lessEqual
    case .greater: .greater
    case .greaterEqual: .greaterEqual
    case .logicalAnd: .logicalAnd
    case .logicalOr: .logicalOr
    case .logicalXor: .logicalXor
    case .power, .arctan2: nil
    }
  }

  /// The C library's function, for those too rare to vectorise.
  var scalarFunction: (Float, Float) -> Float {
    if case .arctan2 = self { return Glibc.atan2f }
    return Glibc.powf
  }
}
