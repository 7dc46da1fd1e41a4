import CSpawn
import Foundation
import Synchronization
import System

/// How a process ended, in the words of Lambda's `Runtime.ExitError`.
enum ExitStatus: Sendable, Equatable, CustomStringConvertible {
  case exited(Int32)
  case signalled(Int32)

  var description: String {
    switch self {
    case .exited(let code): "exit status \(code)"
    case .signalled(SIGKILL): "signal: killed"
    case .signalled(SIGSEGV): "signal: segmentation fault"
    case .signalled(SIGABRT): "signal: aborted"
    case .signalled(SIGTERM): "signal: terminated"
    case .signalled(let signal): "signal: \(signal)"
    }
  }
}

/// A process in a process group of its own, with nothing inherited but its output: stdin is empty, stdout
/// and stderr are read here, every other descriptor is closed.
final class ChildProcess: Sendable {
  /// Starting failed; the system's reason.
  struct SpawnError: Error { var reason: String }

  let pid: pid_t
  /// True once the process is waited for: its number may belong to another from then on.
  private let reaped = Mutex(false)
  private let output: Output

  /// - Parameters:
  ///   - group: what holds the process to its limits; nil: nothing.
  ///   - output: called with each line of stdout and stderr, from one thread.
  ///   - exit: called once, after the last line.
  init(
    executable: String, environment: [String: String], directory: String, group: ControlGroup? = nil,
    output handler: @escaping @Sendable (String) -> Void, exit: @escaping @Sendable (ExitStatus) -> Void
  ) throws(SpawnError) {
    var ends: [Int32] = [0, 0]
    // The child closes all but its three; nothing else is started from here.
    guard pipe(&ends) == 0 else { throw SpawnError(reason: Self.reason(errno)) }
    let (readEnd, writeEnd) = (ends[0], ends[1])
    defer { close(writeEnd) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, writeEnd, 1)
    posix_spawn_file_actions_adddup2(&actions, writeEnd, 2)
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    posix_spawn_file_actions_addchdir_np(&actions, directory)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(executable), nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for string in arguments + variables { free(string) } }

    var pid: pid_t = 0
    func spawn() -> Int32 { posix_spawn(&pid, executable, &actions, &attributes, &arguments, &variables) }
    let failure: Int32
    do throws(ControlGroup.Refusal) {
      failure = if let group { try group.spawn(spawn) } else { spawn() }
      if failure == 0 { try group?.adopt(pid) }
    } catch {
      close(readEnd)
      if pid > 0 {
        Glibc.kill(-pid, SIGKILL)
        waitpid(pid, nil, 0)
      }
      throw SpawnError(reason: error.reason)
    }
    guard failure == 0 else {
      close(readEnd)
      throw SpawnError(reason: Self.reason(failure))
    }
    self.pid = pid

    self.output = Output(descriptor: readEnd)
    Thread.detachNewThread { [output = self.output] in output.read(handler) }
    Thread.detachNewThread { [self] in
      let status = waitUntilExit()
      self.output.waitForEnd()
      exit(status)
    }
  }

  /// Kills the whole process group. Harmless when it has ended.
  func kill() {
    reaped.withLock { reaped in
      if !reaped { Glibc.kill(-pid, SIGKILL) }
    }
  }

  /// Waits until everything that the process has printed so far has been handed over.
  func waitUntilOutputIsRead() { output.waitUntilRead() }

  /// The largest resident size so far in bytes, as the kernel keeps it; 0 when the process has ended.
  var peakResidentBytes: Int {
    reaped.withLock { reaped in
      guard !reaped, let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
        let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({
          Int($0)
        })
      else { return 0 }
      return kilobytes * 1024
    }
  }

  private func waitUntilExit() -> ExitStatus {
    // First wait without reaping: until the lock is held nobody may be about to signal this number.
    var info = siginfo_t()
    while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    return reaped.withLock { reaped in
      Glibc.kill(-pid, SIGKILL)
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0, errno == EINTR {}
      reaped = true
      let signal = status & 0x7f
      return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
    }
  }

  private static func reason(_ code: Int32) -> String { SystemError(code).description }
}
