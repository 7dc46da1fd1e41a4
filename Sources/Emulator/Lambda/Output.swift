import Foundation
import Synchronization

extension ChildProcess {
  /// The reading end of the pipe that a process prints to.
  final class Output: Sendable {
    private let descriptor: Int32
    private let end = DispatchSemaphore(value: 0)
    /// Held by the reader while it hands lines over.
    private let state = Mutex(State())

    private struct State {
      /// Bytes handed over so far.
      var count = 0
      /// Nothing more is to come.
      var hasEnded = false
    }

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Calls `handler` with each line, without its end, until all writers are gone. A last line without an
    /// end counts.
    func read(_ handler: (String) -> Void) {
      var pending: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while wait() {
        let isOpen = state.withLock { state in
          let count = Glibc.read(descriptor, &buffer, buffer.count)
          if count <= 0 { return count < 0 && errno == EINTR }
          pending.append(contentsOf: buffer[..<count])
          while let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
            handler(String(decoding: pending[..<newline], as: UTF8.self))
            pending.removeFirst(newline + 1)
          }
          state.count += count
          return true
        }
        if !isOpen { break }
      }
      if !pending.isEmpty { handler(String(decoding: pending, as: UTF8.self)) }
      state.withLock { state in
        state.hasEnded = true
        close(descriptor)
      }
      end.signal()
    }

    /// Waits until what is in the pipe now has been handed over, however long that takes. What is written
    /// meanwhile is not waited for.
    func waitUntilRead() {
      var goal: Int?
      while true {
        let isRead = state.withLock { state in
          if state.hasEnded { return true }
          let bytes = goal ?? state.count + bytesInPipe
          goal = bytes
          return state.count >= bytes
        }
        if isRead { return }
        usleep(1000)
      }
    }

    /// Waits, once the process has ended, for the end of its output. A child that it left behind may hold the
    /// output open forever: it is given a second.
    func waitForEnd() {
      if isHungUp {
        end.wait()
      } else if end.wait(timeout: .now() + 1) == .timedOut {
        waitUntilRead()
      }
    }

    private var bytesInPipe: Int {
      var count: Int32 = 0
      return ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }

    /// Whether nobody holds the writing end any more.
    private var isHungUp: Bool {
      state.withLock { state in
        var poll = pollfd(fd: descriptor, events: 0, revents: 0)
        return state.hasEnded || Glibc.poll(&poll, 1, 0) > 0 && poll.revents & Int16(POLLHUP) != 0
      }
    }

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
