import Foundation
import System

/// A control group that holds the function's processes to what its memory size buys: of the memory that many
/// bytes, of the processors the share that Lambda gives.
/// https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
final class ControlGroup: Sendable {
  /// Control groups cannot be used here; why.
  struct Refusal: Error { var reason: String }

  /// Memory that buys one processor, in MB.
  private static let megabytesPerProcessor = 1769.0
  /// Microseconds between two allotments of processor time: Lambda's are short, too.
  private static let period = 20_000
  /// The least that the kernel takes, in microseconds.
  private static let smallestQuota = 1000

  private let place: Place
  private let memory: Int

  /// The group's own folders.
  private enum Place {
    case unified(String)
    case separate(processor: String, memory: String)

    var folders: [String] {
      switch self {
      case .unified(let folder): [folder]
      case .separate(let processor, let memory): [processor, memory]
      }
    }
  }

  /// - Parameter memory: in MB.
  init(memory: Int, in parent: ControlGroupPlace = .current) throws(Refusal) {
    self.memory = memory
    let name = "/thimble-emulator-\(getpid())-\(Invocation.randomHex(8))"
    var reason = "the controllers cpu and memory are not mounted"
    var place: Place?
    if let unified = parent.unified, let group = Self.makeUnified(unified, name, &reason) {
      place = .unified(group)
    } else if let processor = parent.controllers["cpu"], let memory = parent.controllers["memory"] {
      let group = Place.separate(processor: processor + name, memory: memory + name)
      do throws(Refusal) {
        for folder in group.folders { try Self.makeFolder(folder) }
        place = group
      } catch {
        for folder in group.folders { rmdir(folder) }
        reason = error.reason
      }
    }
    guard let place else { throw Refusal(reason: reason) }
    self.place = place
    do throws(Refusal) {
      try limitMemory()
      try limitProcessors(isInit: true)
    } catch {
      for folder in place.folders { rmdir(folder) }
      throw error
    }
  }

  /// The share that the memory size buys; a whole one at least while the function starts, as on Lambda.
  func limitProcessors(isInit: Bool) throws(Refusal) {
    let share = Double(memory) / Self.megabytesPerProcessor
    let quota = max(Int((isInit ? max(1, share) : share) * Double(Self.period)), Self.smallestQuota)
    switch place {
    case .unified(let folder): try Self.write("\(quota) \(Self.period)", to: folder + "/cpu.max")
    case .separate(let folder, _):
      try Self.write(String(Self.period), to: folder + "/cpu.cfs_period_us")
      try Self.write(String(quota), to: folder + "/cpu.cfs_quota_us")
    }
  }

  private func limitMemory() throws(Refusal) {
    let bytes = String(memory << 20)
    switch place {
    case .unified(let folder):
      try Self.write(bytes, to: folder + "/memory.max")
      // Where there is swap it is not used instead, and nobody of the group survives the others.
      try? Self.write("0", to: folder + "/memory.swap.max")
      try? Self.write("1", to: folder + "/memory.oom.group")
    case .separate(_, let folder):
      try Self.write(bytes, to: folder + "/memory.limit_in_bytes")
      try? Self.write(bytes, to: folder + "/memory.memsw.limit_in_bytes")
    }
  }

  /// Starts a process that is in the group from its first instruction: of version 1 a single thread can be
  /// put there, whose children are born there. Of version 2 only whole processes can: see ``adopt(_:)``.
  /// - Parameter start: starts the process; called once, on another thread.
  func spawn<Result>(_ start: @escaping () -> Result) throws(Refusal) -> Result {
    guard case .separate = place else { return start() }
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var outcome: Swift.Result<Result, Refusal>?
    nonisolated(unsafe) let start = start
    Thread.detachNewThread { [place] in
      do throws(Refusal) {
        for folder in place.folders { try Self.write("0", to: folder + "/tasks") }
        outcome = .success(start())
      } catch {
        outcome = .failure(error)
      }
      done.signal()
    }
    done.wait()
    guard let outcome else { throw Refusal(reason: "the process was not started") }
    return try outcome.get()
  }

  /// Takes a process in that has just been started.
  func adopt(_ pid: pid_t) throws(Refusal) {
    guard case .unified(let folder) = place else { return }
    try Self.write(String(pid), to: folder + "/cgroup.procs")
  }

  /// Kills what is left in the group, and removes it.
  func remove() async {
    for folder in place.folders {
      // What was killed takes a moment to go.
      for _ in 0..<400 {
        if rmdir(folder) == 0 || errno == ENOENT { break }
        let text = (try? String(contentsOfFile: folder + "/cgroup.procs", encoding: .utf8)) ?? ""
        for pid in text.split(separator: "\n").compactMap({ pid_t($0) }) where pid > 1 && pid != getpid() {
          kill(pid, SIGKILL)
        }
        try? await Task.sleep(for: .milliseconds(5))
      }
    }
  }

  /// Removes the group where nothing was started in it.
  func removeIfEmpty() { for folder in place.folders { rmdir(folder) } }

  // MARK: Files

  /// Below this process's group, or beside it: a group with processes of its own cannot hand controllers down.
  private static func makeUnified(_ own: String, _ name: String, _ reason: inout String) -> String? {
    for parent in [own, (own as NSString).deletingLastPathComponent] {
      let known = try? String(contentsOfFile: parent + "/cgroup.controllers", encoding: .utf8)
      let controllers = known?.split(whereSeparator: \.isWhitespace) ?? []
      guard controllers.contains("cpu"), controllers.contains("memory") else { continue }
      do throws(Refusal) {
        // They may be handed down already, to others than this user as well.
        try? write("+cpu +memory", to: parent + "/cgroup.subtree_control")
        try makeFolder(parent + name)
        if access(parent + name + "/cpu.max", W_OK) == 0, access(parent + name + "/memory.max", W_OK) == 0 {
          return parent + name
        }
        reason = "\(parent) does not delegate cpu and memory"
        rmdir(parent + name)
      } catch {
        reason = error.reason
      }
    }
    return nil
  }

  private static func makeFolder(_ path: String) throws(Refusal) {
    guard mkdir(path, 0o755) == 0 else { throw failure(path) }
  }

  private static func write(_ text: String, to path: String) throws(Refusal) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    guard Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count else { throw failure(path) }
  }

  private static func failure(_ path: String) -> Refusal {
    Refusal(reason: "\(path): \(SystemError())")
  }
}
