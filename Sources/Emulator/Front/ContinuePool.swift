import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// That a client waits for `100 Continue` (RFC 9110, section 10.1.1) before it sends the body.
final class Expectation: Sendable {
  /// Of the request whose body the current task reads.
  @TaskLocal static var current: Expectation?

  private let isMet = Mutex(false)

  /// True for the first caller only.
  func meet() -> Bool {
    isMet.withLock { isMet in
      defer { isMet = true }
      return !isMet
    }
  }
}

/// FlyingFox knows no `Expect: 100-continue`, so that curl and botocore wait a second before each upload. This
/// pool answers it at the only place that has both the socket and the wish to read: where a body's reader
/// finds nothing to read yet.
struct ContinuePool: AsyncSocketPool {
  let base: any AsyncSocketPool

  func prepare() async throws { try await base.prepare() }

  func run() async throws { try await base.run() }

  func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
    if events.contains(.read), let expectation = Expectation.current, expectation.meet() {
      // 25 bytes at the start of an answer: the socket's buffer has room for them.
      _ = try socket.write(Data("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }
    try await base.suspendSocket(socket, untilReadyFor: events)
  }
}
