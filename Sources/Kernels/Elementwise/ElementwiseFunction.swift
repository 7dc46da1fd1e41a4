/// Functions of one value, as Keras defines them.
public enum ElementwiseFunction: Sendable, Equatable {
  /// `max(x, 0)`
  case relu
  /// `min(max(x, low), high)`
  case clip(low: Float, high: Float)
  /// `x >= 0 ? x : slope * x`
  case leakyReLU(slope: Float)
  /// Keras' relu with all its options: x above the threshold else 0, clipped to `0 ... ceiling`, less
  /// `negativeSlope * max(threshold - x, 0)`.
  case generalReLU(negativeSlope: Float, ceiling: Float, threshold: Float)
  case sigmoid, tanh, softplus, softsign, exp, swish, mish
  /// `scale * (x > 0 ? x : alpha * expm1(x / width))`: elu, selu and celu.
  case exponentialUnit(scale: Float, alpha: Float, width: Float)
  case geluErf, geluTanh
  /// `clip(slope * x + offset, 0, 1)`
  case hardSigmoid(slope: Float, offset: Float)
  /// `x * clip(x / 6 + 1/2, 0, 1)`
  case hardSwish
  /// `x > theta ? x : 0`
  case thresholdedReLU(theta: Float)
  case logSigmoid
  /// `(x + sqrt(x^2 + b)) / 2`
  case squareplus(b: Float)
  /// `x <= -1: 0, x >= 1: x, else (x + 1)^2 / 4`
  case sparsePlus
  case softShrink(threshold: Float), hardShrink(threshold: Float), tanhShrink
  /// `x * scale + offset`
  case linear(scale: Float, offset: Float)
  case abs, sign, square, sqrt, rsqrt, reciprocal, expm1, log, log1p, erf
  case floor, ceil, round, truncate, logicalNot, isNaN, isFinite, isInfinite
}
