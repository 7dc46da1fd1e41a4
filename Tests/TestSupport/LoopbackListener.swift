import Foundation

/// A TCP socket that listens on a port of 127.0.0.1.
public struct LoopbackListener: Sendable {
  public let descriptor: Int32
  public let port: UInt16

  /// - Parameter port: 0 takes a free one.
  public init(port: UInt16 = 0) throws { try self.init(port: port, isListening: true) }

  fileprivate init(port number: UInt16, isListening: Bool) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = number.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && (!isListening || listen(descriptor, 64) == 0)
          && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard isBound else {
      let code = errno
      close(descriptor)
      throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
    }
    self.descriptor = descriptor
    port = UInt16(bigEndian: address.sin_port)
  }
}

/// A port of 127.0.0.1 where nobody listens, nor can begin to while this is held.
public final class ClosedPort: Sendable {
  private let socket: LoopbackListener
  public var number: UInt16 { socket.port }

  public init() throws { socket = try LoopbackListener(port: 0, isListening: false) }

  deinit { close(socket.descriptor) }
}
