import Foundation

/// The network between a client and S3, as slow as it is asked to be. Times are kept against a clock that
/// only goes forward, and each piece of a body has its own due time counted from the body's start, so that
/// late wake-ups do not add up.
struct Link: Sendable {
  /// From a request's last byte to its answer's first; nil: as soon as the answer is there.
  var latency: Duration?
  /// Of each connection and direction; nil: no limit.
  var bytesPerSecond: Double?

  /// How far a transfer may fall behind its due times and still catch up. Pauses of a busy machine are made
  /// up for; a client that reads slowly does not find the link faster afterwards.
  private static let patience = Duration.milliseconds(20)

  /// - Parameters:
  ///   - milliseconds: the latency.
  ///   - megabytes: of 10^6 bytes, a second.
  init(milliseconds: Double? = nil, megabytes: Double? = nil) {
    latency = milliseconds.map { .nanoseconds(Int64($0 * 1e6)) }
    bytesPerSecond = megabytes.map { $0 * 1e6 }
  }

  /// The size of the pieces that a body is sent in: about a millisecond's worth where there is a limit.
  var pieceBytes: Int {
    guard let bytesPerSecond else { return 1 << 18 }
    return min(max(Int(bytesPerSecond / 1000), 16 << 10), 64 << 10)
  }

  /// Waits until an answer may begin.
  /// - Parameters:
  ///   - received: when the request's last byte was there.
  ///   - lead: how much of what follows is on the way to the answer's first byte.
  /// - Returns: when the answer begins; wake-ups that come late are not counted.
  func waitForAnswer(
    to received: ContinuousClock.Instant, lead: Duration
  ) async throws -> ContinuousClock.Instant {
    guard let latency else { return .now }
    let due = received + latency
    guard due - lead > .now else { return max(due, .now) }
    try await Self.wait(until: due - lead)
    return due
  }

  /// When the byte at a position of a body has come over the link.
  /// - Parameter start: when the body began; moved when the transfer has fallen too far behind.
  func due(_ position: Int, since start: inout ContinuousClock.Instant) -> ContinuousClock.Instant? {
    guard let bytesPerSecond else { return nil }
    let due = start + .nanoseconds(Int64(Double(position) / bytesPerSecond * 1e9))
    let delay = ContinuousClock.now - due
    guard delay > Self.patience else { return due }
    start += delay - Self.patience
    return due + (delay - Self.patience)
  }

  static func wait(until due: ContinuousClock.Instant) async throws {
    if due > .now { try await Alarm.shared.wait(until: due) }
  }
}
