import Foundation
import Testing

@testable import Kernels

/// The errors that the vector functions' comments state, against the C library in double precision.
struct VectorMathTests {
  /// The largest error over many points, in units in the last place of the true value.
  private func worstUlp(
    from low: Float, to high: Float, _ function: (Vector) -> Vector, _ truth: (Double) -> Double
  ) -> Double {
    worst(from: low, to: high, function) { actual, x in
      let expected = truth(Double(x))
      return abs(Double(actual) - expected) / Double(Float(expected).ulp)
    }
  }

  private func worstAbsolute(
    from low: Float, to high: Float, _ function: (Vector) -> Vector, _ truth: (Double) -> Double
  ) -> Double {
    worst(from: low, to: high, function) { actual, x in abs(Double(actual) - truth(Double(x))) }
  }

  private func worst(
    from low: Float, to high: Float, _ function: (Vector) -> Vector, _ error: (Float, Float) -> Double
  ) -> Double {
    let points = 80_000
    var worst = 0.0
    for index in stride(from: 0, to: points, by: 8) {
      var x = Vector(repeating: 0)
      for lane in 0..<8 { x[lane] = low + (high - low) * Float(index + lane) / Float(points - 1) }
      let y = function(x)
      for lane in 0..<8 { worst = max(worst, error(y[lane], x[lane])) }
    }
    return worst
  }

  @Test("exp, its kin and the logarithm are accurate to the last places")
  func ulps() {
    #expect(worstUlp(from: -87, to: 88.7, { Kernels.exp($0) }, Foundation.exp) <= 1.1)
    #expect(worstUlp(from: -1, to: 1, { Kernels.exp($0) }, Foundation.exp) <= 1.1)
    #expect(worstUlp(from: -87, to: 88, { Kernels.moderateExp($0) }, Foundation.exp) <= 1.1)
    #expect(worstUlp(from: -0.4, to: 0.4, { Kernels.expm1($0) }, Foundation.expm1) <= 3)
    #expect(worstUlp(from: 1e-30, to: 1e-28, { Kernels.log($0) }, Foundation.log) <= 1)
    #expect(worstUlp(from: 0.25, to: 4, { Kernels.log($0) }, Foundation.log) <= 2)
    #expect(worstUlp(from: 1, to: 1e30, { Kernels.log($0) }, Foundation.log) <= 1)
    #expect(worstUlp(from: -10, to: 10, { Kernels.tanh($0) }, Foundation.tanh) <= 2)
    #expect(worstUlp(from: -80, to: 20, { Kernels.sigmoid($0) }, { 1 / (1 + Foundation.exp(-$0)) }) <= 2.5)
  }

  @Test("the error function and gelu are accurate to 2e-7")
  func absolute() {
    #expect(worstAbsolute(from: -5, to: 5, { Kernels.erf($0) }, Foundation.erf) <= 2e-7)
    let gelu = GeluErf()
    #expect(
      worstAbsolute(from: -8, to: 1, { gelu($0) }, { 0.5 * $0 * (1 + Foundation.erf($0 / 2.squareRoot())) })
        <= 2e-7)
  }

  @Test("what is no number, infinite, zero or denormal")
  func specials() {
    let x: Vector = [.nan, .infinity, -.infinity, 0, 1e-40, -1, 100, -110]
    let exp = Kernels.exp(x)
    #expect(
      exp[0].isNaN && exp[1] == .infinity && exp[2] == 0 && exp[3] == 1 && exp[6] == .infinity && exp[7] == 0)
    let log = Kernels.log(x)
    #expect(log[0].isNaN && log[1] == .infinity && log[2].isNaN && log[3] == -.infinity && log[5].isNaN)
    #expect(abs(log[4] + 92.1034) < 1e-3)
    let tanh = Kernels.tanh(x)
    #expect(tanh[0].isNaN && tanh[1] == 1 && tanh[2] == -1 && tanh[3] == 0)
    let sigmoid = Kernels.sigmoid(x)
    #expect(sigmoid[0].isNaN && sigmoid[1] == 1 && sigmoid[2] == 0 && sigmoid[3] == 0.5)
    for function in [{ Swish()($0) }, { GeluTanh()($0) }] as [(Vector) -> Vector] {
      let result = function(x)
      #expect(result[0].isNaN && result[1] == .infinity && result[3] == 0 && result[6] == 100)
      #expect(abs(result[2]) < 1e-30 && abs(result[7]) < 1e-30)
    }
  }
}
