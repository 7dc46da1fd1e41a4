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

/// `output = function(input)` for `rows` x `columns` values; input and output may be the same.
public func applyRows(
  _ function: ElementwiseFunction, input: UnsafePointer<Float>, inputStride: Int,
  output: UnsafeMutablePointer<Float>, outputStride: Int, rows: Int, columns: Int
) {
  @inline(__always) func map(_ function: (Vector) -> Vector) {
    for row in 0..<rows {
      let source = input + row * inputStride
      let target = output + row * outputStride
      var column = 0
      while column + 8 <= columns {
        function(Vector.load(source + column)).store(target + column)
        column += 8
      }
      if column < columns {
        let rest = columns - column
        function(Vector.load(source + column, count: rest)).store(target + column, count: rest)
      }
    }
  }
  switch function {
  case .relu: map { clipped($0, 0, .infinity) }
  case .clip(let low, let high): map { clipped($0, low, high) }
  case .leakyReLU(let slope): map { ($0 * slope).replacing(with: $0, where: $0 .>= 0) }
  case .generalReLU(let slope, let ceiling, let threshold):
    map { x in
      let positive = clipped(
        Vector(repeating: 0).replacing(with: x, where: x .> threshold), -.infinity, ceiling)
      // The lower clip counts only where a ceiling is given, as in Keras.
      let bounded = ceiling < .infinity ? clipped(positive, 0, .infinity) : positive
      return bounded - slope * clipped(threshold - x, 0, .infinity)
    }
  case .sigmoid: map(Kernels.sigmoid)
  case .tanh: map(Kernels.tanh)
  case .softplus: map(Kernels.softplus)
  case .softsign: map { $0 / (magnitude($0) + 1) }
  case .exp: map(Kernels.exp)
  case .swish: map { $0 * Kernels.sigmoid($0) }
  case .mish: map { $0 * Kernels.tanh(Kernels.softplus($0)) }
  case .exponentialUnit(let scale, let alpha, let width):
    map { x in
      let negative = (scale * alpha) * Kernels.expm1(clipped(x, -.infinity, 0) / width)
      return negative.replacing(with: scale * x, where: x .> 0)
    }
  case .geluErf: map { 0.5 * $0 * (1 + Kernels.erf($0 * 0.707106781)) }
  case .geluTanh:
    map { 0.5 * $0 * (1 + Kernels.tanh(0.797884561 * ($0 + 0.044715 * ($0 * $0 * $0)))) }
  case .hardSigmoid(let slope, let offset): map { clipped($0 * slope + offset, 0, 1) }
  case .hardSwish: map { $0 * clipped($0 + 3, 0, 6) * 0.166666667 }
  case .thresholdedReLU(let theta): map { Vector(repeating: 0).replacing(with: $0, where: $0 .> theta) }
  case .logSigmoid: map { -Kernels.softplus(-$0) }
  case .squareplus(let b): map { ($0 + ($0 * $0 + b).squareRoot()) * 0.5 }
  case .sparsePlus:
    map { x in
      let middle = (x + 1) * (x + 1) * 0.25
      return middle.replacing(with: x, where: x .>= 1).replacing(with: 0, where: x .<= -1)
    }
  case .softShrink(let threshold):
    map { x in
      Vector(repeating: 0).replacing(with: x - threshold, where: x .> threshold)
        .replacing(with: x + threshold, where: x .< -threshold)
    }
  case .hardShrink(let threshold):
    map { Vector(repeating: 0).replacing(with: $0, where: magnitude($0) .> threshold) }
  case .tanhShrink: map { $0 - Kernels.tanh($0) }
  case .linear(let scale, let offset):
    map { Vector(repeating: offset).addingProduct($0, Vector(repeating: scale)) }
  case .abs: map(magnitude)
  case .sign:
    map { x in x.replacing(with: 1, where: x .> 0).replacing(with: -1, where: x .< 0) }
  case .square: map { $0 * $0 }
  case .sqrt: map { $0.squareRoot() }
  case .rsqrt: map { 1 / $0.squareRoot() }
  case .reciprocal: map { 1 / $0 }
  case .expm1: map(Kernels.expm1)
  case .log: map(Kernels.log)
  case .log1p: map(Kernels.log1p)
  case .erf: map(Kernels.erf)
  case .floor: map { $0.rounded(.down) }
  case .ceil: map { $0.rounded(.up) }
  case .round: map { $0.rounded(.toNearestOrEven) }
  case .truncate: map { $0.rounded(.towardZero) }
  case .logicalNot: map { Vector(repeating: 0).replacing(with: 1, where: $0 .== 0) }
  case .isNaN: map { Vector(repeating: 0).replacing(with: 1, where: $0 .!= $0) }
  case .isFinite: map { Vector(repeating: 0).replacing(with: 1, where: magnitude($0) .< .infinity) }
  case .isInfinite: map { Vector(repeating: 0).replacing(with: 1, where: magnitude($0) .== .infinity) }
  }
}

@inline(__always)
private func magnitude(_ x: Vector) -> Vector { x.replacing(with: -x, where: x .< 0) }

/// `min(max(x, low), high)`; NaN stays.
@inline(__always)
private func clipped(_ x: Vector, _ low: Float, _ high: Float) -> Vector {
  x.replacing(with: Vector(repeating: low), where: x .< low)
    .replacing(with: Vector(repeating: high), where: x .> high)
}
