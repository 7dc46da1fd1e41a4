/// All numbers from `low` to `high`, infinity included.
struct Interval: Equatable {
  let low: Double
  let high: Double

  static let all = Interval(-.infinity, .infinity)

  /// Bounds that are NaN, such as 0 times infinity, set no limit.
  init(_ low: Double, _ high: Double) {
    self.low = low.isNaN ? -.infinity : low
    self.high = high.isNaN ? .infinity : high
  }

  /// The least interval that holds some numbers; of none: all.
  init(of values: some Sequence<Double>) {
    var bounds: (low: Double, high: Double)?
    for value in values {
      if value.isNaN {
        self = .all
        return
      }
      bounds = (min(bounds?.low ?? value, value), max(bounds?.high ?? value, value))
    }
    self = bounds.map { Interval($0.low, $0.high) } ?? .all
  }

  /// The bounds, for messages.
  var text: String { "\(low.shortText), \(high.shortText)" }

  func contains(_ other: Interval) -> Bool { low <= other.low && other.high <= high }
  func contains(_ value: Double) -> Bool { low <= value && value <= high }

  /// What lies in both; where nothing does, the nearest bound.
  func clipped(to limits: Interval) -> Interval { mapped { min(max($0, limits.low), limits.high) } }

  /// Its image under a function that never falls.
  func mapped(_ function: (Double) -> Double) -> Interval { Interval(function(low), function(high)) }

  /// The distances from 0.
  var magnitude: Interval {
    Interval(contains(0) ? 0 : min(abs(low), abs(high)), max(abs(low), abs(high)))
  }

  func union(_ other: Interval) -> Interval { Interval(min(low, other.low), max(high, other.high)) }

  static prefix func - (a: Interval) -> Interval { Interval(-a.high, -a.low) }
  static func + (a: Interval, b: Interval) -> Interval { Interval(a.low + b.low, a.high + b.high) }
  static func - (a: Interval, b: Interval) -> Interval { a + -b }
  static func * (a: Interval, b: Interval) -> Interval {
    Interval(of: [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high])
  }
}

extension Double {
  /// A whole number without a point.
  fileprivate var shortText: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}
