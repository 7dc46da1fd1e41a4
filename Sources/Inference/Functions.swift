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
    case .erfInverse: erfInverseOf
    case .besselI0: besselI0Of
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
    case .power, .arctan2, .nextAfter, .bitwiseAnd, .greatestCommonDivisor: nil
    }
  }

  /// The C library's function, for those too rare to vectorise.
  var scalarFunction: (Float, Float) -> Float {
    switch self {
    case .arctan2: Glibc.atan2f
    case .nextAfter: Glibc.nextafterf
    case .bitwiseAnd: { Float(whole($0) & whole($1)) }
    case .greatestCommonDivisor: { commonDivisor(whole($0), whole($1)) }
    default: Glibc.powf
    }
  }
}

/// The whole part of a number; 0 where there is none.
private func whole(_ value: Float) -> Int { abs(value) < 0x1p62 ? Int(value) : 0 }

private func commonDivisor(_ a: Int, _ b: Int) -> Float {
  var (a, b) = (a.magnitude, b.magnitude)
  while b != 0 { (a, b) = (b, a % b) }
  return Float(a)
}

/// The inverse of the error function: M. Giles, "Approximating the erfinv function", single precision, and a
/// step of Newton's method.
private func erfInverseOf(_ value: Float) -> Float {
  let y = Double(value)
  if abs(y) >= 1 { return abs(y) == 1 ? copysignf(.infinity, value) : .nan }
  let w = -log((1 - y) * (1 + y))
  let coefficients =
    w < 5
    ? [
      2.810_226_36e-8, 3.432_739_39e-7, -3.523_387_7e-6, -4.391_506_54e-6, 2.185_808_7e-4, -1.253_725_03e-3,
      -4.177_681_64e-3, 0.246_640_727, 1.501_409_41,
    ]
    : [
      -2.002_142_57e-4, 1.009_505_58e-4, 1.349_343_22e-3, -3.673_428_44e-3, 5.739_507_73e-3,
      -7.622_461_3e-3, 9.438_870_47e-3, 1.001_674_06, 2.832_976_82,
    ]
  let place = w < 5 ? w - 2.5 : w.squareRoot() - 3
  var x = coefficients.reduce(0) { $0 * place + $1 } * y
  x -= (erf(x) - y) / (2 / Double.pi.squareRoot() * exp(-x * x))
  return Float(x)
}

/// The modified Bessel function of the first kind, of order 0, by its power series.
private func besselI0Of(_ value: Float) -> Float {
  let quarter = Double(value) * Double(value) / 4
  guard quarter < 10_000 else { return value.isNaN ? .nan : .infinity }
  var (sum, term, index) = (1.0, 1.0, 1.0)
  while term > 1e-12 * sum {
    term *= quarter / (index * index)
    sum += term
    index += 1
  }
  return Float(sum)
}
