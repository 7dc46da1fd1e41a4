import FlyingFox
import Foundation
import Synchronization

/// A request's body: read once, from front to end, or not at all.
final class RequestBody: Sendable {
  private struct State {
    var isRead = false
    var count = 0
    var finished: ContinuousClock.Instant?
    var link = Link()
  }

  private let sequence: HTTPBodySequence
  /// Set when the client waits for `100 Continue` before it sends the body.
  private let expectation: Expectation?
  private let state = Mutex(State())

  init(_ sequence: HTTPBodySequence, expectsContinue: Bool) {
    self.sequence = sequence
    expectation = expectsContinue ? Expectation() : nil
  }

  /// The bytes that have come.
  var count: Int { state.withLock { $0.count } }

  /// When the last byte had come; nil before.
  var finished: ContinuousClock.Instant? { state.withLock { $0.finished } }

  /// To be set before the body is read: how fast it comes.
  func setLink(_ link: Link) { state.withLock { $0.link = link } }

  /// Calls `use` with each piece. After a failure of `use` the rest is still read, so that the connection can
  /// be used again; then the failure is thrown.
  func forEach(_ use: (Data) throws -> Void) async throws {
    let link = state.withLock { state in
      state.isRead = true
      return state.link
    }
    var start = ContinuousClock.now
    var due: ContinuousClock.Instant?
    var failure: (any Error)?
    try await Expectation.$current.withValue(expectation) {
      for try await piece in sequence {
        let count = state.withLock { state in
          state.count += piece.count
          return state.count
        }
        due = link.due(count, since: &start)
        // The pieces are small: only worthwhile waits are made.
        if let due, due > .now + .milliseconds(1) { try await Link.wait(until: due) }
        guard failure == nil else { continue }
        do { try use(piece) } catch { failure = error }
      }
    }
    if let due { try await Link.wait(until: due) }
    state.withLock { $0.finished = max(due ?? .now, .now) }
    if let failure { throw failure }
  }

  /// The whole body; keeps no more than `limit` bytes.
  /// - Returns: nil as the bytes when there are more; and the count.
  func collect(limit: Int) async throws -> (bytes: Data?, count: Int) {
    var bytes = Data()
    var count = 0
    try await forEach { piece in
      count += piece.count
      if count <= limit { bytes.append(piece) }
    }
    return (count <= limit ? bytes : nil, count)
  }

  /// Reads what nobody wanted, unless the client is still waiting to be asked for it.
  /// - Returns: whether all is read, so that another request can follow.
  func discardIfUnread() async throws -> Bool {
    if state.withLock({ $0.isRead }) { return true }
    guard expectation == nil else { return false }
    try await forEach { _ in }
    return true
  }
}
