// Functions of eight values at once. The polynomials are minimax fits over the reduced ranges; errors
// are stated in units in the last place (ulp) of the result unless said otherwise.
//
// `@_transparent` because the optimiser leaves some calls to `@inline(__always)` functions of this size in
// place, and a call splits the vectors into halves: the error function took twice as long.

private typealias Integers = Vector.MaskStorage

/// A float so large that its unit in the last place is 1, and its bits.
private let integerShift: Float = 12_582_912
private let integerShiftBits: Int32 = 0x4b40_0000

/// `e^r - 1` for what is left of x after the nearest power of two, and that sum whose low bits are the power.
@_transparent
private func reducedExponential(_ x: Vector) -> (fraction: Vector, shifted: Vector) {
  // Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the sum.
  let shifted = Vector(repeating: integerShift).addingProduct(x, Vector(repeating: 1.442695041))
  let exponent = shifted - integerShift
  // ln 2 in two parts, the first exact in products with small integers.
  let r = x.addingProduct(exponent, Vector(repeating: -0.693359375))
    .addingProduct(exponent, Vector(repeating: 2.12194440e-4))
  var polynomial = Vector(repeating: 0.0013950599823147058)
  polynomial = Vector(repeating: 0.008368954062461853).addingProduct(polynomial, r)
  polynomial = Vector(repeating: 0.04166620597243309).addingProduct(polynomial, r)
  polynomial = Vector(repeating: 0.166665181517601).addingProduct(polynomial, r)
  polynomial = Vector(repeating: 0.5).addingProduct(polynomial, r)
  return (r.addingProduct(polynomial, r * r), shifted)
}

/// `e^r - 1` without the power of two, and that power in two halves (their product may be denormal).
@_transparent
private func exponentialParts(_ x: Vector) -> (fraction: Vector, low: Vector, high: Vector) {
  let (fraction, shifted) = reducedExponential(clipped(x, -104, 89))
  let power = unsafeBitCast(shifted, to: Integers.self) &- Integers(repeating: integerShiftBits)
  let half = power &>> Integers(repeating: 1)
  return (fraction, powerOfTwo(half), powerOfTwo(power &- half))
}

/// `e^x` for x from -87 to 88 and for nothing else, within 1.1 ulp, in two thirds of the instructions of ``exp(_:)``.
@_transparent
func moderateExp(_ x: Vector) -> Vector {
  let (fraction, shifted) = reducedExponential(x)
  // The power is added to the exponent's bits; all above it is shifted out.
  let power = unsafeBitCast(shifted, to: Integers.self) &<< Integers(repeating: 23)
  return unsafeBitCast(unsafeBitCast(1 + fraction, to: Integers.self) &+ power, to: Vector.self)
}

@_transparent
private func powerOfTwo(_ exponent: Integers) -> Vector {
  unsafeBitCast((exponent &+ Integers(repeating: 127)) &<< Integers(repeating: 23), to: Vector.self)
}

/// `e^x`, within 1.1 ulp; infinity above 88.73, NaN stays.
@_transparent
func exp(_ x: Vector) -> Vector {
  let (fraction, low, high) = exponentialParts(x)
  let result = (low.addingProduct(low, fraction)) * high
  return result.replacing(with: x, where: x .!= x)
}

/// `e^x - 1`, within 3 ulp for small x.
@_transparent
func expm1(_ x: Vector) -> Vector {
  let (fraction, low, high) = exponentialParts(x)
  let power = low * high
  let result = (power - 1).addingProduct(power, fraction)
  return result.replacing(with: x, where: x .!= x)
}

/// The natural logarithm, within 2 ulp; -infinity at 0, NaN below.
@_transparent
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
@_transparent
func log1p(_ x: Vector) -> Vector {
  let sum = 1 + x
  let logarithm = log(sum)
  // What rounding took off the sum, to first order.
  let correction = (x - (sum - 1)) / sum
  return (logarithm + correction).replacing(with: logarithm, where: (sum .== 0) .| (sum .== .infinity))
}

/// The hyperbolic tangent, within 2 ulp.
@_transparent
func tanh(_ x: Vector) -> Vector {
  let size = magnitude(x)
  let z = x * x
  var polynomial = Vector(repeating: -0.005717036779969931)
  polynomial = Vector(repeating: 0.020650578662753105).addingProduct(polynomial, z)
  polynomial = Vector(repeating: -0.05374349653720856).addingProduct(polynomial, z)
  polynomial = Vector(repeating: 0.13331490755081177).addingProduct(polynomial, z)
  polynomial = Vector(repeating: -0.3333328366279602).addingProduct(polynomial, z)
  let small = x.addingProduct(x * z, polynomial)
  let large = 1 - 2 / (exp(2 * size) + 1)
  let signed = large.replacing(with: -large, where: x .< 0)
  return signed.replacing(with: small, where: size .< 0.625)
}

/// `1 / (1 + e^-x)`, within 2.5 ulp.
@_transparent
func sigmoid(_ x: Vector) -> Vector { 1 / (1 + exp(-x)) }

/// The error function; absolute error below 2e-7.
@_transparent
func erf(_ x: Vector) -> Vector {
  let size = magnitude(x)
  let z = x * x
  var inner = Vector(repeating: 7.853857823647559e-05)
  inner = Vector(repeating: -0.0008010192541405559).addingProduct(inner, z)
  inner = Vector(repeating: 0.005188327748328447).addingProduct(inner, z)
  inner = Vector(repeating: -0.026853810995817184).addingProduct(inner, z)
  inner = Vector(repeating: 0.1128358542919159).addingProduct(inner, z)
  inner = Vector(repeating: -0.3761262595653534).addingProduct(inner, z)
  inner = Vector(repeating: 1.1283791065216064).addingProduct(inner, z)
  // log(1 - erf) beyond 1; from 4 on the result rounds to 1.
  let t = size.replacing(with: 4, where: size .> 4)
  var outer = Vector(repeating: 0.0001855748996604234)
  outer = Vector(repeating: -0.0029396156314760447).addingProduct(outer, t)
  outer = Vector(repeating: 0.021805351600050926).addingProduct(outer, t)
  outer = Vector(repeating: -0.10303743183612823).addingProduct(outer, t)
  outer = Vector(repeating: -0.6382256150245667).addingProduct(outer, t)
  outer = Vector(repeating: -1.1270400285720825).addingProduct(outer, t)
  outer = Vector(repeating: -0.00035370892146602273).addingProduct(outer, t)
  let large = 1 - exp(outer)
  let signed = large.replacing(with: -large, where: x .< 0)
  return signed.replacing(with: x * inner, where: size .< 1)
}

/// `log(1 + e^x)` without overflow.
@_transparent
func softplus(_ x: Vector) -> Vector {
  let size = magnitude(x)
  return x.replacing(with: 0, where: x .< 0) + log1p(exp(-size))
}

/// `|x|`
@_transparent
func magnitude(_ x: Vector) -> Vector {
  unsafeBitCast(unsafeBitCast(x, to: Integers.self) & Integers(repeating: 0x7fff_ffff), to: Vector.self)
}

/// `min(max(x, low), high)`; NaN stays.
@_transparent
func clipped(_ x: Vector, _ low: Float, _ high: Float) -> Vector {
  // Each line is one instruction, as the value compared is the value kept.
  let raised = x.replacing(with: Vector(repeating: low), where: x .< low)
  return raised.replacing(with: Vector(repeating: high), where: raised .> high)
}

/// The square root, NaN below 0. (`SIMD8.squareRoot()` makes a call for every negative value.)
@_transparent
func squareRoot(_ x: Vector) -> Vector {
  let root = clipped(x, 0, .infinity).squareRoot()
  return root.replacing(with: .nan, where: x .< 0)
}
