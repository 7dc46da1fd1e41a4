import Foundation
import Synchronization

extension ChildProcess {
  /// The reading end of the pipe that a process prints to.
  final class Output: Sendable {
    private let descriptor: Int32
    private let end = DispatchSemaphore(value: 0)
    /// Held by the reader while it hands lines over; true once there is nothing more to come.
    private let hasEnded = Mutex(false)

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Calls `handler` with each line, without its end, until all writers are gone. A last line without an
    /// end counts.
    func read(_ handler: (String) -> Void) {
      var pending: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while wait() {
        let isOpen = hasEnded.withLock { hasEnded in
          let count = Glibc.read(descriptor, &buffer, buffer.count)
          if count <= 0 {
            hasEnded = !(count < 0 && errno == EINTR)
            return !hasEnded
          }
          pending.append(contentsOf: buffer[..<count])
          while let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
            handler(String(decoding: pending[..<newline], as: UTF8.self))
            pending.removeFirst(newline + 1)
          }
          return true
        }
        if !isOpen { break }
      }
      if !pending.isEmpty { handler(String(decoding: pending, as: UTF8.self)) }
      hasEnded.withLock { hasEnded in
        hasEnded = true
        close(descriptor)
      }
      end.signal()
    }

    /// Waits until what is in the pipe now has been handed over. What is written meanwhile may be waited for
    /// too, but a process that prints without end is not: the pipe is looked at a limited number of times.
    func waitUntilEmpty() {
      for _ in 0..<50 {
        let isEmpty = hasEnded.withLock { hasEnded in
          if hasEnded { return true }
          var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
          return Glibc.poll(&poll, 1, 0) == 0 || poll.revents & Int16(POLLIN) == 0
        }
        if isEmpty { return }
        usleep(1000)
      }
    }

    /// Waits for the end of the output, at most so long.
    func waitForEnd(seconds: Double) { _ = end.wait(timeout: .now() + seconds) }

    /// Waits for something to read, without the lock: false when the descriptor cannot be waited for.
    private func wait() -> Bool {
      while true {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if Glibc.poll(&poll, 1, -1) > 0 { return true }
        if errno != EINTR { return false }
      }
    }
  }
}
