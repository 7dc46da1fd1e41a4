import Synchronization

/// Whether the time that an event has left is enough for another object.
final class TimeLimit: Sendable {
  private let milliseconds: @Sendable () -> Double
  /// What the slowest object took to decode, compute and write so far.
  private let slowest = Mutex(0.0)

  /// Milliseconds that are left for the answer.
  private static let reserve = 250.0

  /// - Parameter milliseconds: until the function is ended.
  init(milliseconds: @escaping @Sendable () -> Double = { .infinity }) { self.milliseconds = milliseconds }

  /// Remembers what an object took.
  func add(_ milliseconds: Double) { slowest.withLock { $0 = max($0, milliseconds) } }

  /// - Throws: where another object may not be done in time. It is better not begun: a function that is ended has
  ///   failed for all objects.
  func check() throws(ObjectEnd) {
    let left = milliseconds() - Self.reserve
    guard left <= 2 * slowest.withLock({ $0 }) else { return }
    var end = ObjectEnd(
      .failed,
      "not started: the function's time is up (\(max(0, Int(left))) ms are left): give it more time, or have it "
        + "called with fewer objects at once")
    end.isTransient = true
    throw end
  }
}
