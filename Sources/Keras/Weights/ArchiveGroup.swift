import HDF5
import System

/// A group of an archive's weights.
///
/// Keras 2.13 to 2.15 joined the names of groups by Windows' separator where they ran on Windows: all groups lie in the
/// root then, named by their whole paths (`layers\sequential\layers\conv2d`).
struct ArchiveGroup {
  /// The group itself; nil: it is only a part of the names of others.
  private let group: HDF5Group?
  private let root: HDF5Group
  /// The paths of the groups that the root holds by such names, with those on the way to them.
  private let joined: Set<ByteKey>
  /// Where this group is, as these names have it.
  private let place: String

  init(root: HDF5Group) throws(HDF5Error) {
    var joined: Set<ByteKey> = []
    for name in try root.names() where name.contains("\\") {
      var parts = name.split(separator: "\\")
      while !parts.isEmpty, joined.insert(ByteKey(parts.joined(separator: "\\"))).inserted {
        parts.removeLast()
      }
    }
    self.init(group: root, root: root, joined: joined, place: "")
  }

  private init(group: HDF5Group?, root: HDF5Group, joined: Set<ByteKey>, place: String) {
    self.group = group
    self.root = root
    self.joined = joined
    self.place = place
  }

  /// The path in the file.
  var path: String { group?.path ?? "/" + place }

  /// The group with this name inside this one; nil if it does not exist.
  func group(_ name: String) throws(HDF5Error) -> ArchiveGroup? {
    let inner = place.isEmpty ? name : place + "\\" + name
    if joined.contains(ByteKey(inner)) {
      return ArchiveGroup(group: try root.group(inner), root: root, joined: joined, place: inner)
    }
    return try group?.group(name).map {
      ArchiveGroup(group: $0, root: root, joined: joined, place: inner)
    }
  }

  /// The dataset at a path below this group; nil if it does not exist.
  func dataset(_ path: String) throws(HDF5Error) -> HDF5Dataset? {
    if joined.isEmpty { return try group?.dataset(path) }
    var names = path.split(separator: "/").map { String($0) }
    guard let last = names.popLast() else { return nil }
    var inner: ArchiveGroup? = self
    for name in names { inner = try inner?.group(name) }
    return try inner?.group?.dataset(last)
  }

  /// The names of the groups and datasets in this group.
  func names() throws(HDF5Error) -> [String] {
    let own = try group?.names() ?? []
    if joined.isEmpty { return own }
    let start = place.isEmpty ? "" : place + "\\"
    let further = joined.map(\.text).filter { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
    return own + further.filter { !$0.contains("\\") }.sorted()
  }
}
