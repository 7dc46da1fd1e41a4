import TestSupport
import Testing

/// A comparison that accepts what is wrong would make all tests that use it worthless.
struct DifferenceTests {
  private let nan = Float.nan

  @Test(arguments: [Tolerance.exact, .absolute(1e9), .scaled(1e9), .ulps(1e30)])
  func `not a number and infinity agree only with the same`(tolerance: Tolerance) {
    let all: [Float] = [.nan, .infinity, -.infinity, 1]
    for (index, value) in all.enumerated() {
      for (other, truth) in all.enumerated() {
        let found = difference([0.5, value, 0.25], [0.5, truth, 0.25], within: tolerance)
        #expect((found == nil) == (index == other), "\(value), \(truth)")
        let wide = difference([0.5, value], [0.5, Double(truth)], within: tolerance)
        #expect((wide == nil) == (index == other), "\(value), \(truth)")
      }
    }
    #expect(difference([nan, nan], [1, 2], within: tolerance) != nil)
  }

  @Test func `shapes, lengths and order count`() {
    let values: [Float] = [1, 2, 3, 4, 5, 6]
    func compare(_ shape: [Int], _ values: [Float]) -> String? {
      difference((shape, values), ([2, 3], [1, 2, 3, 4, 5, 6]), within: .absolute(0.5))
    }
    #expect(compare([2, 3], values) == nil)
    #expect(compare([3, 2], values) == "the shape is [3, 2], not [2, 3]")
    #expect(compare([6], values) != nil)
    #expect(compare([2, 3], values.dropLast()) == "5 values, not 6")
    #expect(compare([2, 3], values + [7]) == "7 values, not 6")
    #expect(compare([2, 3], [1, 2, 4, 3, 5, 6]) != nil)
    #expect(difference(([2], values), ([2], values), within: .exact) == "6 true values for the shape [2]")
    #expect(difference([Float](), [Float](), within: .exact) == "there are no values to compare")
    #expect(difference([UInt8](), [UInt8]()) == "there are no values to compare")
    #expect(difference([UInt8](repeating: 1, count: 2), [1]) == "2 values, not 1")
  }

  @Test func `the first and the worst are reported with their places`() {
    let found = difference(
      ([2, 3], [0, 1.5, 2, 3, 4, nan]), ([2, 3], [0, 1, 2, 3, 4, 5]), within: .absolute(0.25))
    #expect(found == "2 of 6 differ, first [0, 1]: 1.5, not 1.0; furthest off [1, 2]: nan, not 5.0")
    #expect(difference([1, 2, 4] as [UInt8], [1, 3, 3]) == "2 of 3 differ, first [1]: 2, not 3")
    #expect(difference([1], [2 as Float], within: .exact) == "1 of 1 differ, first [0]: 1.0, not 2.0")
  }

  @Test func `each tolerance is what it says`() {
    #expect(difference([1, 0], [1, -0.0 as Float], within: .exact) != nil)
    #expect(difference([1], [Float(1).nextUp], within: .exact) != nil)
    #expect(difference([1.5], [1 as Float], within: .absolute(0.5)) == nil)
    #expect(difference([1.5625], [1 as Float], within: .absolute(0.5)) != nil)
    // At least 1, or the array's largest value, or the value's own size.
    #expect(difference([0.25], [0 as Float], within: .scaled(0.25)) == nil)
    #expect(difference([0.375], [0 as Float], within: .scaled(0.25)) != nil)
    #expect(difference([1, 8], [0, 8 as Float], within: .scaled(0.125)) == nil)
    // A huge value does not excuse the others.
    #expect(difference([1e30, 1], [1e30, 0 as Float], within: .scaled(0.125)) != nil)
    #expect(difference([1.0625e30], [1e30 as Float], within: .scaled(0.125)) == nil)
    #expect(difference([Float(1).nextUp], [1.0], within: .ulps(1)) == nil)
    #expect(difference([Float(1).nextUp.nextUp], [1.0], within: .ulps(1)) != nil)
  }
}
