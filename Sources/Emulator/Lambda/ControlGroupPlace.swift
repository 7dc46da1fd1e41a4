import Foundation

/// Where in the kernel's hierarchies of control groups this process is, so that groups can be made below it:
/// they stay within whatever this process is held to itself. cgroups(7).
struct ControlGroupPlace: Sendable, Equatable {
  /// The folder that this process's group of version 2 is seen as; nil where that hierarchy is not mounted.
  var unified: String?
  /// The folders of its groups of version 1, by controller.
  var controllers: [String: String] = [:]

  /// - Parameters:
  ///   - mounts: `/proc/self/mountinfo`.
  ///   - groups: `/proc/self/cgroup`.
  init(mounts: String, groups: String) {
    var paths: [String: String] = [:]
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      for name in fields[1].split(separator: ",", omittingEmptySubsequences: false) {
        paths[String(name)] = String(fields[2])
      }
    }
    for line in mounts.split(separator: "\n") {
      guard let end = line.range(of: " - ") else { continue }
      let fields = line[..<end.lowerBound].split(separator: " ")
      let system = line[end.upperBound...].split(separator: " ")
      guard fields.count >= 5, system.count >= 3 else { continue }
      func folder(_ path: String) -> String {
        Self.folder(path, root: String(fields[3]), at: String(fields[4]))
      }
      if system[0] == "cgroup2", let path = paths[""] { unified = folder(path) }
      guard system[0] == "cgroup" else { continue }
      for option in system[2].split(separator: ",").map(String.init) {
        if let path = paths[option] { controllers[option] = folder(path) }
      }
    }
  }

  /// This process's own.
  static var current: ControlGroupPlace {
    func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
    return ControlGroupPlace(mounts: text("/proc/self/mountinfo"), groups: text("/proc/self/cgroup"))
  }

  /// - Parameter root: the group that the mount shows as its top.
  private static func folder(_ path: String, root: String, at mount: String) -> String {
    let relative = root != "/" && path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
    return relative == "/" || relative.isEmpty ? mount : mount + relative
  }
}
