import Foundation
import Synchronization

/// Wakes tasks at due times: one thread of its own that sleeps until the next. `Task.sleep` wakes two threads
/// of libdispatch on the way to the one that goes on, which at a thousand pieces a second is half the
/// processor time of sending them.
final class Alarm: Sendable {
  static let shared = Alarm()

  private struct Sleeper {
    var due: ContinuousClock.Instant
    var continuation: CheckedContinuation<Void, Never>
  }

  private let sleepers = Mutex<[Sleeper]>([])
  private let isChanged = DispatchSemaphore(value: 0)
  /// Longer waits are left to `Task.sleep` up to so much before their end: it can be cancelled.
  private static let longest = Duration.milliseconds(5)

  private init() {
    let thread = Thread { [self] in run() }
    thread.name = "alarm"
    thread.start()
  }

  /// Returns at the due time or, by the kernel's and the machine's doing, about a tenth of a millisecond
  /// later.
  func wait(until due: ContinuousClock.Instant) async throws {
    if due - .now > Self.longest * 2 {
      try await Task.sleep(until: due - Self.longest, tolerance: .zero, clock: .continuous)
    }
    guard due > .now else { return }
    await withCheckedContinuation { continuation in
      let isFirst = sleepers.withLock { sleepers in
        sleepers.append(Sleeper(due: due, continuation: continuation))
        return sleepers.allSatisfy { $0.due >= due }
      }
      if isFirst { isChanged.signal() }
    }
  }

  private func run() {
    while true {
      let now = ContinuousClock.now
      let (awake, next) = sleepers.withLock { sleepers in
        let awake = sleepers.filter { $0.due <= now }
        if !awake.isEmpty { sleepers.removeAll { $0.due <= now } }
        return (awake, sleepers.map(\.due).min())
      }
      for sleeper in awake { sleeper.continuation.resume() }
      if let next {
        let nanoseconds = max(0, (next - ContinuousClock.now) / .nanoseconds(1))
        _ = isChanged.wait(timeout: .now() + .nanoseconds(Int(nanoseconds)))
      } else {
        isChanged.wait()
      }
    }
  }
}
