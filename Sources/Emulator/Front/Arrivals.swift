import FlyingFox
import FlyingSocks
import Synchronization

/// When the bytes of requests came, by the client's port. FlyingFox takes half a millisecond to read a head
/// before anybody hears of the request: that is part of the time that S3 takes, not on top of it.
final class Arrivals: Sendable {
  private let instants = Mutex<[UInt16: ContinuousClock.Instant]>([:])

  /// Bytes of a client have come that was waited for.
  func note(_ socket: Socket) {
    guard case .ip4(_, let port) = try? socket.remotePeer() else { return }
    instants.withLock { $0[port] = .now }
  }

  /// When the last bytes of a request's head came; nil when they were there before anybody waited. Forgets
  /// it: the next request has a time of its own.
  func take(_ address: HTTPRequest.Address?) -> ContinuousClock.Instant? {
    guard case .ip4(_, let port) = address else { return nil }
    return instants.withLock { $0.removeValue(forKey: port) }
  }
}
