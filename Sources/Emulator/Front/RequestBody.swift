import FlyingFox
import Foundation
import Synchronization

/// A request's body: read once, from front to end, or not at all.
final class RequestBody: Sendable {
  private let sequence: HTTPBodySequence
  /// Set when the client waits for `100 Continue` before it sends the body.
  private let expectation: Expectation?
  private let isRead = Mutex(false)

  init(_ sequence: HTTPBodySequence, expectsContinue: Bool) {
    self.sequence = sequence
    expectation = expectsContinue ? Expectation() : nil
  }

  /// Calls `use` with each piece. After a failure of `use` the rest is still read, so that the connection can
  /// be used again; then the failure is thrown.
  func forEach(_ use: (Data) throws -> Void) async throws {
    isRead.withLock { $0 = true }
    var failure: (any Error)?
    try await Expectation.$current.withValue(expectation) {
      for try await piece in sequence where failure == nil {
        do { try use(piece) } catch { failure = error }
      }
    }
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
    if isRead.withLock({ $0 }) { return true }
    guard expectation == nil else { return false }
    try await forEach { _ in }
    return true
  }
}
