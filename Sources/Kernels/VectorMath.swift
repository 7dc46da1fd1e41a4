// Functions of eight values at once. The polynomials are minimax fits over the reduced ranges; errors
// are stated in units in the last place (ulp) of the result unless said otherwise.

private typealias Integers = SIMD8<Int32>

/// A float so large that its unit in the last place is 1, and its bits.
private let integerShift: Float = 12_582_912
private let integerShiftBits: Int32 = 0x4b40_0000

/// `e^r - 1` without the power of two, and that power in two halves (their product may be denormal).
@inline(__always)
private func exponentialParts(_ x: Vector) -> (fraction: Vector, low: Vector, high: Vector) {
  let clamped = x.clamped(lowerBound: Vector(repeating: -104), upperBound: Vector(repeating: 89))
  // Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the sum.
  let shifted = Vector(repeating: integerShift).addingProduct(clamped, Vector(repeating: 1.442695041))
  let exponent = shifted - integerShift
  // ln 2 in two parts, the first exact in products with small integers.
  let r = clamped.addingProduct(exponent, Vector(repeating: -0.693359375))
    .addingProduct(exponent, Vector(repeating: 2.12194440e-4))
  var polynomial = Vector(repeating: 0.0013950599823147058)
  polynomial = Vector(repeating: 0.008368954062461853).addingProduct(polynomial, r)
  polynomial = Vector(repeating: 0.04166620597243309).addingProduct(polynomial, r)
  polynomial = Vector(repeating: 0.166665181517601).addingProduct(polynomial, r)
  polynomial = Vector(repeating: 0.5).addingProduct(polynomial, r)
  let fraction = r.addingProduct(polynomial, r * r)
  let power = unsafeBitCast(shifted, to: Integers.self) &- Integers(repeating: integerShiftBits)
  let half = power &>> Integers(repeating: 1)
  return (fraction, powerOfTwo(half), powerOfTwo(power &- half))
}

@inline(__always)
private func powerOfTwo(_ exponent: Integers) -> Vector {
  unsafeBitCast((exponent &+ Integers(repeating: 127)) &<< Integers(repeating: 23), to: Vector.self)
}

/// `e^x`, within 1 ulp; infinity above 88.73, NaN stays.
@inline(__always)
func exp(_ x: Vector) -> Vector {
  let (fraction, low, high) = exponentialParts(x)
  let result = (low.addingProduct(low, fraction)) * high
  return result.replacing(with: x, where: x .!= x)
}

/// `e^x - 1`, exact in the limit of small x.
@inline(__always)
func expm1(_ x: Vector) -> Vector {
  let (fraction, low, high) = exponentialParts(x)
  let power = low * high
  let result = (power - 1).addingProduct(power, fraction)
  return result.replacing(with: x, where: x .!= x)
}

/// The natural logarithm, within 1 ulp; -infinity at 0, NaN below.
@inline(__always)
func log(_ x: Vector) -> Vector {
  // Denormals are scaled up first.
  let isSmall = x .< Float.leastNormalMagnitude
  let scaled = x.replacing(with: x * 33_554_432, where: isSmall)
  let bits = unsafeBitCast(scaled, to: Integers.self)
  // The mantissa between sqrt(1/2) and sqrt(2).
  let offset = Integers(repeating: 0x3f35_04f3)
  let exponent = (bits &- offset) &>> Integers(repeating: 23)
  let mantissa = unsafeBitCast(bits &- (exponent &<< Integers(repeating: 23)), to: Vector.self)
  let power =
    unsafeBitCast(exponent &+ Integers(repeating: integerShiftBits), to: Vector.self) - integerShift
    - Vector(repeating: 0).replacing(with: 25, where: isSmall)
  let s = (mantissa - 1) / (mantissa + 1)
  let z = s * s
  var polynomial = Vector(repeating: 0.2358357161283493)
  polynomial = Vector(repeating: 0.28537237644195557).addingProduct(polynomial, z)
  polynomial = Vector(repeating: 0.4000033736228943).addingProduct(polynomial, z)
  polynomial = Vector(repeating: 0.6666666269302368).addingProduct(polynomial, z)
  let small = (power * -2.12194440e-4).addingProduct(s * z, polynomial)
  var result = (small + 2 * s).addingProduct(power, Vector(repeating: 0.693359375))
  result.replace(with: -.infinity, where: x .== 0)
  result.replace(with: .infinity, where: x .== .infinity)
  result.replace(with: .nan, where: (x .< 0) .| (x .!= x))
  return result
}

/// `log(1 + x)`, exact in the limit of small x.
@inline(__always)
func log1p(_ x: Vector) -> Vector {
  let sum = 1 + x
  // What rounding took off the sum, to first order.
  let correction = (x - (sum - 1)) / sum
  let result = log(sum) + correction
  return result.replacing(with: log(sum), where: (sum .== 0) .| (sum .== .infinity))
}

/// The hyperbolic tangent, within 2 ulp.
@inline(__always)
func tanh(_ x: Vector) -> Vector {
  let magnitude = x.replacing(with: -x, where: x .< 0)
  let z = x * x
  var polynomial = Vector(repeating: -0.005717036779969931)
  polynomial = Vector(repeating: 0.020650578662753105).addingProduct(polynomial, z)
  polynomial = Vector(repeating: -0.05374349653720856).addingProduct(polynomial, z)
  polynomial = Vector(repeating: 0.13331490755081177).addingProduct(polynomial, z)
  polynomial = Vector(repeating: -0.3333328366279602).addingProduct(polynomial, z)
  let small = x.addingProduct(x * z, polynomial)
  let large = 1 - 2 / (exp(2 * magnitude) + 1)
  let signed = large.replacing(with: -large, where: x .< 0)
  return signed.replacing(with: small, where: magnitude .< 0.625)
}

/// `1 / (1 + e^-x)`, within 2 ulp.
@inline(__always)
func sigmoid(_ x: Vector) -> Vector { 1 / (1 + exp(-x)) }

/// The error function; absolute error below 2e-7.
@inline(__always)
func erf(_ x: Vector) -> Vector {
  let magnitude = x.replacing(with: -x, where: x .< 0)
  let z = x * x
  var inner = Vector(repeating: 7.853857823647559e-05)
  inner = Vector(repeating: -0.0008010192541405559).addingProduct(inner, z)
  inner = Vector(repeating: 0.005188327748328447).addingProduct(inner, z)
  inner = Vector(repeating: -0.026853810995817184).addingProduct(inner, z)
  inner = Vector(repeating: 0.1128358542919159).addingProduct(inner, z)
  inner = Vector(repeating: -0.3761262595653534).addingProduct(inner, z)
  inner = Vector(repeating: 1.1283791065216064).addingProduct(inner, z)
  // log(1 - erf) beyond 1; from 4 on the result rounds to 1.
  let t = magnitude.replacing(with: 4, where: magnitude .> 4)
  var outer = Vector(repeating: 0.0001855748996604234)
  outer = Vector(repeating: -0.0029396156314760447).addingProduct(outer, t)
  outer = Vector(repeating: 0.021805351600050926).addingProduct(outer, t)
  outer = Vector(repeating: -0.10303743183612823).addingProduct(outer, t)
  outer = Vector(repeating: -0.6382256150245667).addingProduct(outer, t)
  outer = Vector(repeating: -1.1270400285720825).addingProduct(outer, t)
  outer = Vector(repeating: -0.00035370892146602273).addingProduct(outer, t)
  let large = 1 - exp(outer)
  let signed = large.replacing(with: -large, where: x .< 0)
  return signed.replacing(with: x * inner, where: magnitude .< 1)
}

/// `log(1 + e^x)` without overflow.
@inline(__always)
func softplus(_ x: Vector) -> Vector {
  let magnitude = x.replacing(with: -x, where: x .< 0)
  return x.replacing(with: 0, where: x .< 0) + log1p(exp(-magnitude))
}
