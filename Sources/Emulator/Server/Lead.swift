import Synchronization

/// How long an answer takes from its wake-up to its first byte: FlyingFox's ways and the machine's, half a
/// millisecond or so, by which it is woken sooner. Learned from the answers before: it follows the quick
/// ones, so that an answer is late rather than early.
final class Lead: Sendable {
  private static let limit = Duration.milliseconds(1)
  private static let step = Duration.microseconds(10)
  /// What is left as a margin.
  private static let margin = Duration.microseconds(50)

  private let lead = Mutex(Duration.zero)

  var now: Duration { lead.withLock { $0 } }

  /// - Parameter late: by how much an answer began after it was due.
  func note(late: Duration) {
    lead.withLock { lead in
      lead = late > Self.margin ? min(lead + Self.step, Self.limit) : max(lead - Self.step * 4, .zero)
    }
  }
}
