import Glibc

/// The inverse of the error function: M. Giles, "Approximating the erfinv function", single precision, and a
/// step of Newton's method.
func erfInverse(_ value: Float) -> Float {
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
func besselI0(_ value: Float) -> Float {
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
