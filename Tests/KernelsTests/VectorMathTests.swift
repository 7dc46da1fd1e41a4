import Foundation
import TestSupport
import Testing

@testable import Kernels

/// The errors that the vector functions' comments state, against the C library in double precision.
struct VectorMathTests {
  /// What is off by more than the tolerance at one of many points.
  private func off(
    from low: Float, to high: Float, _ tolerance: Tolerance, _ function: (Vector) -> Vector,
    _ truth: (Double) -> Double
  ) -> String? {
    let points = 80_000
    var (values, truths): ([Float], [Double]) = ([], [])
    for index in stride(from: 0, to: points, by: 8) {
      var x = Vector(repeating: 0)
      for lane in 0..<8 { x[lane] = low + (high - low) * Float(index + lane) / Float(points - 1) }
      let y = function(x)
      for lane in 0..<8 {
        values.append(y[lane])
        truths.append(truth(Double(x[lane])))
      }
    }
    return difference(values, truths, within: tolerance)
  }

  @Test("exp, its variants and the logarithm are accurate to the last places")
  func ulps() {
    #expect(off(from: -87, to: 88.7, .ulps(1.1), { Kernels.exp($0) }, Foundation.exp) == nil)
    #expect(off(from: -1, to: 1, .ulps(1.1), { Kernels.exp($0) }, Foundation.exp) == nil)
    #expect(off(from: -87, to: 88, .ulps(1.1), { Kernels.moderateExp($0) }, Foundation.exp) == nil)
    #expect(off(from: -0.4, to: 0.4, .ulps(3), { Kernels.expm1($0) }, Foundation.expm1) == nil)
    #expect(off(from: 1e-30, to: 1e-28, .ulps(1), { Kernels.log($0) }, Foundation.log) == nil)
    #expect(off(from: 0.25, to: 4, .ulps(2), { Kernels.log($0) }, Foundation.log) == nil)
    #expect(off(from: 1, to: 1e30, .ulps(1), { Kernels.log($0) }, Foundation.log) == nil)
    #expect(off(from: -10, to: 10, .ulps(2), { Kernels.tanh($0) }, Foundation.tanh) == nil)
    #expect(
      off(from: -80, to: 20, .ulps(2.5), { Kernels.sigmoid($0) }, { 1 / (1 + Foundation.exp(-$0)) }) == nil)
  }

  @Test("the error function and gelu are accurate to 2e-7")
  func absolute() {
    #expect(off(from: -5, to: 5, .absolute(2e-7), { Kernels.erf($0) }, Foundation.erf) == nil)
    let gelu = GeluErf()
    #expect(
      off(
        from: -8, to: 1, .absolute(2e-7), { gelu($0) },
        { 0.5 * $0 * (1 + Foundation.erf($0 / 2.squareRoot())) })
        == nil)
  }

  @Test("NaN, infinite, zero and denormal values")
  func specials() {
    let denormal = Float(bitPattern: 0x0001_16c2)  // 1e-40
    let x: Vector = [.nan, .infinity, -.infinity, 0, denormal, -1, 100, -110]
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
