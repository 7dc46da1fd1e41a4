import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// When the bytes of requests came, by the client's port. From there until it passes the
/// request on, FlyingFox takes about a millisecond: that is part of the time that S3 takes, not on top of it.
final class Arrivals: Sendable {
  private let instants = Mutex<[UInt16: ContinuousClock.Instant]>([:])

  /// Bytes have come on a socket that were waited for.
  fileprivate func note(_ descriptor: Int32) {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failure = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
    }
    // The listening socket has no peer.
    guard failure == 0 else { return }
    instants.withLock { $0[UInt16(bigEndian: address.sin_port)] = .now }
  }

  /// When the last bytes of a request's head came; nil when they were there before anybody waited. Forgets
  /// it: the next request has a time of its own.
  func take(_ address: HTTPRequest.Address?) -> ContinuousClock.Instant? {
    guard case .ip4(_, let port) = address else { return nil }
    return instants.withLock { $0.removeValue(forKey: port) }
  }
}

/// The kernel's word of what can be read, noted on its way.
struct ArrivalQueue: EventQueue {
  private var base: ePoll
  private let arrivals: Arrivals

  init(_ arrivals: Arrivals) {
    base = ePoll(maxEvents: 20)
    self.arrivals = arrivals
  }

  mutating func open() throws { try base.open() }
  mutating func stop() throws { try base.stop() }
  mutating func close() throws { try base.close() }

  mutating func addEvents(_ events: Socket.Events, for socket: Socket.FileDescriptor) throws {
    try base.addEvents(events, for: socket)
  }

  mutating func removeEvents(_ events: Socket.Events, for socket: Socket.FileDescriptor) throws {
    try base.removeEvents(events, for: socket)
  }

  func getNotifications() throws -> [EventNotification] {
    let notifications = try base.getNotifications()
    for notification in notifications where notification.events.contains(.read) {
      arrivals.note(notification.file.rawValue)
    }
    return notifications
  }
}
