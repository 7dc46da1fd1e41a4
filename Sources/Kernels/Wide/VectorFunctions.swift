/// A function of eight values at once, as a type: loops are specialised for it, where a closure would be
/// called for every vector.
protocol VectorFunction {
  func callAsFunction(_ x: Vector) -> Vector
}

struct ReLU: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { x.replacing(with: 0, where: x .< 0) }
}

struct Clip: VectorFunction {
  let low: Float
  let high: Float
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { clipped(x, low, high) }
}

struct LeakyReLU: VectorFunction {
  let slope: Float
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { (x * slope).replacing(with: x, where: x .>= 0) }
}

struct GeneralReLU: VectorFunction {
  let negativeSlope: Float
  let ceiling: Float
  let threshold: Float
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector {
    let positive = clipped(zero.replacing(with: x, where: x .> threshold), -.infinity, ceiling)
    // The lower clip counts only where a ceiling is given, as in Keras.
    let bounded = ceiling < .infinity ? clipped(positive, 0, .infinity) : positive
    return bounded - negativeSlope * clipped(threshold - x, 0, .infinity)
  }
}

struct Sigmoid: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { sigmoid(x) }
}

struct Tanh: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { tanh(x) }
}

struct Softplus: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { softplus(x) }
}

struct Softsign: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { x / (magnitude(x) + 1) }
}

struct Swish: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector {
    let x = clipped(x, -88, .infinity)
    return x / (1 + moderateExp(clipped(-x, -87, .infinity)))
  }
}

struct Mish: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector {
    // tanh(log(1 + e)) = (e^2 + 2e) / (e^2 + 2e + 2); beyond 20 it is 1.
    let e = exp(clipped(x, -.infinity, 20))
    let numerator = e * (e + 2)
    return x * numerator / (numerator + 2)
  }
}

/// `scale * (x > 0 ? x : alpha * expm1(x / width))`
struct ExponentialUnit: VectorFunction {
  let scale: Float
  let alpha: Float
  let width: Float
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector {
    let negative = (scale * alpha) * expm1(clipped(x, -.infinity, 0) / width)
    return negative.replacing(with: scale * x, where: x .> 0)
  }
}

struct GeluErf: VectorFunction {
  /// `x` times the normal distribution's share below `x`, absolute error below 2e-7: the share below
  /// `-|x|` is the exponential of a polynomial, up to 6, from where it no longer matters.
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector {
    let t = clipped(magnitude(x), 0, 6)
    var polynomial = Vector(repeating: 4.2436768126208335e-06)
    polynomial = Vector(repeating: -2.2156538761919364e-05).addingProduct(polynomial, t)
    polynomial = Vector(repeating: -0.0003459619474597275).addingProduct(polynomial, t)
    polynomial = Vector(repeating: 0.005213648546487093).addingProduct(polynomial, t)
    polynomial = Vector(repeating: -0.03660004958510399).addingProduct(polynomial, t)
    polynomial = Vector(repeating: -0.3182307183742523).addingProduct(polynomial, t)
    polynomial = Vector(repeating: -0.7978935241699219).addingProduct(polynomial, t)
    polynomial = Vector(repeating: -0.6931470036506653).addingProduct(polynomial, t)
    let below = moderateExp(polynomial)
    return x * (1 - below).replacing(with: below, where: x .< 0)
  }
}

struct GeluTanh: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector {
    // (1 + tanh(y)) / 2 = sigmoid(2y); below -20 it is nothing.
    let x = clipped(x, -20, .infinity)
    return x / (1 + moderateExp(clipped(-1.595769122 * x * (1 + 0.044715 * (x * x)), -87, 88)))
  }
}

struct HardSigmoid: VectorFunction {
  let slope: Float
  let offset: Float
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { clipped(x * slope + offset, 0, 1) }
}

struct HardSwish: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { x * clipped(x + 3, 0, 6) * 0.166666667 }
}

struct ThresholdedReLU: VectorFunction {
  let theta: Float
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { zero.replacing(with: x, where: x .> theta) }
}

struct LogSigmoid: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { -softplus(-x) }
}

struct Squareplus: VectorFunction {
  let b: Float
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { (x + squareRoot(x * x + b)) * 0.5 }
}

struct SparsePlus: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector {
    let middle = (x + 1) * (x + 1) * 0.25
    return middle.replacing(with: x, where: x .>= 1).replacing(with: 0, where: x .<= -1)
  }
}

struct SoftShrink: VectorFunction {
  let threshold: Float
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector {
    zero.replacing(with: x - threshold, where: x .> threshold)
      .replacing(with: x + threshold, where: x .< -threshold)
  }
}

struct HardShrink: VectorFunction {
  let threshold: Float
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { zero.replacing(with: x, where: magnitude(x) .> threshold) }
}

struct TanhShrink: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { x - tanh(x) }
}

struct Linear: VectorFunction {
  let scale: Float
  let offset: Float
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector {
    Vector(repeating: offset).addingProduct(x, Vector(repeating: scale))
  }
}

struct Magnitude: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { magnitude(x) }
}

struct Sign: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector {
    x.replacing(with: 1, where: x .> 0).replacing(with: -1, where: x .< 0)
  }
}

struct Square: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { x * x }
}

struct SquareRoot: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { squareRoot(x) }
}

struct ReciprocalSquareRoot: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { 1 / squareRoot(x) }
}

struct Reciprocal: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { 1 / x }
}

struct Exp: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { exp(x) }
}

struct Expm1: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { expm1(x) }
}

struct Log: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { log(x) }
}

struct Log1p: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { log1p(x) }
}

struct Erf: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { erf(x) }
}

struct Floor: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { x.rounded(.down) }
}

struct Ceil: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { x.rounded(.up) }
}

struct RoundToEven: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { x.rounded(.toNearestOrEven) }
}

struct Truncate: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { x.rounded(.towardZero) }
}

struct LogicalNot: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { zero.replacing(with: 1, where: x .== 0) }
}

struct IsNaN: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { zero.replacing(with: 1, where: x .!= x) }
}

struct IsFinite: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { zero.replacing(with: 1, where: magnitude(x) .< .infinity) }
}

struct IsInfinite: VectorFunction {
  @_transparent
  func callAsFunction(_ x: Vector) -> Vector { zero.replacing(with: 1, where: magnitude(x) .== .infinity) }
}

@_transparent
private var zero: Vector { Vector(repeating: 0) }
