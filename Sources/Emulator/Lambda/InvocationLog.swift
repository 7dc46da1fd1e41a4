import Foundation
import Synchronization

/// What the function prints: forwarded line by line, and kept for the invocation that runs.
final class InvocationLog: Sendable {
  private static let tailBytes = 4096

  private let forward: @Sendable (String) -> Void
  private let name: String
  private let tail = Mutex<[UInt8]>([])

  /// - Parameter name: put before each line that the function printed.
  init(name: String, forward: @escaping @Sendable (String) -> Void) {
    self.name = name
    self.forward = forward
  }

  /// A line that the function printed, or that Lambda adds to its log.
  func add(_ line: String) {
    forward("\(name) | \(line)")
    tail.withLock { tail in
      tail += line.utf8
      tail.append(UInt8(ascii: "\n"))
      if tail.count > Self.tailBytes { tail.removeFirst(tail.count - Self.tailBytes) }
    }
  }

  /// What the emulator itself has to say about the function.
  func note(_ line: String) { forward("\(name) : \(line)") }

  /// Starts the log of the next invocation. What was printed since the last one ended, such as during
  /// init, belongs to it.
  func takeTail() -> String {
    tail.withLock { tail in
      defer { tail = [] }
      return String(decoding: tail, as: UTF8.self)
    }
  }
}
