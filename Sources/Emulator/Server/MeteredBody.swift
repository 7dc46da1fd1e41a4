import FlyingFox
import FlyingSocks
import Foundation

/// An answer's body on its way: as fast as the link, and counted.
struct MeteredBody: AsyncBufferedSequence {
  typealias Element = UInt8

  struct Iterator: AsyncBufferedIteratorProtocol {
    fileprivate var base: HTTPBodySequence.Iterator
    fileprivate let link: Link
    fileprivate var start: ContinuousClock.Instant
    fileprivate let meter: Meter
    fileprivate let lead: Lead?
    private var taken = 0

    fileprivate init(_ body: MeteredBody) {
      base = body.base.makeAsyncIterator()
      (link, start, meter, lead) = (body.link, body.start, body.meter, body.lead)
    }

    mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

    mutating func nextBuffer(suggested count: Int) async throws -> Data? {
      // A caller that asks for more has sent what it got before; at first, the answer's head.
      meter.sent = taken
      if taken == 0 { lead?.note(late: .now - start) }
      guard let piece = try await base.next() else {
        meter.finish()
        return nil
      }
      taken += piece.count
      if let due = link.due(taken, since: &start) { try await Link.wait(until: due) }
      return piece
    }
  }

  let base: HTTPBodySequence
  let link: Link
  /// When the body begins.
  let start: ContinuousClock.Instant
  let meter: Meter
  /// Is notified when the answer's head was sent.
  var lead: Lead?

  func makeAsyncIterator() -> Iterator { Iterator(self) }

  /// Counts what was sent, and reports it once: at the end, or when the connection breaks and nobody asks any
  /// more.
  final class Meter: @unchecked Sendable {
    // Only the task that sends the answer touches it.
    fileprivate(set) var sent = 0
    var tell: ((_ sent: Int) -> Void)?

    deinit { finish() }

    func finish() {
      tell?(sent)
      tell = nil
    }
  }
}
