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

/// Corrects two behaviours of FlyingFox at the only place that has the sockets.
///
/// It does not know `Expect: 100-continue`, so that curl and botocore wait a second before each upload: answered
/// here, where a body's reader finds nothing to read yet. (Bodies that fit its first buffer are read before
/// the request is seen here, and still wait: keep that buffer small.) It sends an answer's head and body
/// separately, which Nagle's algorithm and delayed acknowledgement turn into 40 ms: switched off on the listening
/// socket, from which accepted ones inherit it.
final class ServerSocketPool: AsyncSocketPool {
  private let base: any AsyncSocketPool
  private let isPrepared = Mutex(false)

  /// - Parameter arrivals: is notified when clients' bytes have come; nil: nobody is.
  init(arrivals: Arrivals?) {
    base = if let arrivals { SocketPool(queue: ArrivalQueue(arrivals)) } else { HTTPServer.defaultPool() }
  }

  func prepare() async throws { try await base.prepare() }

  func run() async throws { try await base.run() }

  func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
    // The first to wait is the listening socket.
    let isListening = isPrepared.withLock { isPrepared in
      defer { isPrepared = true }
      return !isPrepared
    }
    if isListening {
      try socket.setValue(true, for: BoolSocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY))
    }
    if events.contains(.read), let expectation = Expectation.current, expectation.meet() {
      // 25 bytes at the start of an answer: the socket's buffer has room for them.
      _ = try socket.write(Data("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }
    try await base.suspendSocket(socket, untilReadyFor: events)
  }
}
