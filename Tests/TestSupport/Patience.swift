import Foundation

/// How tests deal with time, so that a slow or busy machine makes them slower and nothing else.
public enum Patience {
  /// Seconds after which a test gives up on what has to happen: a guard against hanging forever, never what
  /// is tested. Also as much as Lambda gives a function at most.
  public static let seconds = 900.0

  /// Limits in seconds for tests of limits, where one thing has to exceed the limit and others have to keep
  /// it. On a busy machine the others may not: then the next, longer one is tried.
  public static let limits: [Double] = [1, 4, 16, 64, 256]

  /// Waits until something holds.
  /// - Returns: false when it never does.
  public static func waits(until condition: () throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while try !condition() {
      guard ContinuousClock.now < end else { return false }
      try await Task.sleep(for: .milliseconds(5))
    }
    return true
  }
}
