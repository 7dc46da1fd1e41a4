import Glibc
import System

/// The folder that an archive is unpacked to, and the names beside it that are used meanwhile.
///
/// For `tree` these are `.tree.lock`, `.tree.part` (being written) and `.tree.old` (being removed). A complete
/// tree has a stamp in it, which comes into place together with the tree, by one rename.
final class Destination {
  /// In each tree.
  static let stampName = ".unpacked"

  private let path: String
  private let archivePath: String
  private let parent: Int32
  private let name: [CChar]
  private let lockName, partName, oldName: [CChar]

  /// Makes the folder around it when missing.
  init(_ path: String, archivePath: String) throws(ZipError) {
    self.path = path
    self.archivePath = archivePath
    var bytes = Array(path.utf8)
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
    let name = slash.map { bytes.suffix(from: $0 + 1) } ?? bytes[...]
    guard !name.isEmpty, !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8), !bytes.contains(0)
    else { throw ZipError(path: archivePath, reason: "it cannot be unpacked to \(quoted(path))") }
    func beside(_ suffix: String) -> [CChar] { cString(Array(".".utf8) + name + suffix.utf8) }
    self.name = cString(name)
    (lockName, partName, oldName) = (beside(".lock"), beside(".part"), beside(".old"))
    let folder = slash.map { $0 == 0 ? bytes[...0] : bytes[..<$0] } ?? [UInt8(ascii: ".")]
    for end in folder.indices.dropFirst() where folder[end] == UInt8(ascii: "/") {
      mkdir(cString(folder[..<end]), 0o755)
    }
    mkdir(cString(folder), 0o755)
    parent = Glibc.open(cString(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard parent >= 0 else { throw failure("cannot be made") }
  }

  deinit { close(parent) }

  /// Runs `body` while no other process unpacks to this folder.
  func withLock<Result>(_ body: () throws(ZipError) -> Result) throws(ZipError) -> Result {
    guard let lock = FileLock(lockName, in: parent) else { throw failure("cannot be locked") }
    defer { lock.unlock() }
    return try body()
  }

  /// Whether a process was killed while it unpacked, or one unpacks right now.
  var hasLeftovers: Bool {
    [lockName, partName, oldName].contains { (name: [CChar]) in
      var status = stat()
      return fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0
    }
  }

  /// Call it within ``withLock(_:)``.
  func removeLeftovers() throws(ZipError) {
    for name in [partName, oldName] where !removeTree(name, in: parent) {
      throw failure("holds leftovers that cannot be removed")
    }
  }

  /// Whether the complete tree of that archive is there.
  func holds(_ stamp: Stamp) -> Bool { stamp.isReusable && readStamp() == stamp.text }

  /// Refuses to replace what did not come from here.
  func requireReplaceable() throws(ZipError) {
    let folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if folder < 0 && errno == ENOENT { return }
    let isEmpty = folder >= 0 && names(in: folder)?.isEmpty == true
    if folder >= 0 { close(folder) }
    guard isEmpty || readStamp() != nil else {
      throw ZipError(
        path: archivePath,
        reason:
          "\(quoted(path)) exists and was not unpacked from an archive: remove it or choose another folder")
    }
  }

  /// - Parameter plan: what must fit.
  func requireSpace(for plan: UnpackPlan) throws(ZipError) {
    var status = statvfs()
    guard fstatvfs(parent, &status) == 0, status.f_blocks > 0, status.f_frsize > 0 else { return }
    let block = Int(clamping: status.f_frsize)
    let (free, isPlenty) = Int(clamping: status.f_bavail).multipliedReportingOverflow(by: block)
    let needed = plan.space(block: block)
    guard isPlenty || needed <= free else {
      throw ZipError(
        path: archivePath,
        reason: "it needs \(needed) bytes, and \(free) are free in \(quoted(path)); "
          + "raise the function's ephemeral storage")
    }
  }

  /// Starts an empty tree beside the folder.
  func stage() throws(ZipError) -> StagedTree {
    guard mkdirat(parent, partName, 0o755) == 0 else { throw failure("cannot be made") }
    let top = openat(parent, partName, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard top >= 0 else { throw failure("cannot be made") }
    return StagedTree(top: top, archivePath: archivePath)
  }

  /// Puts the staged tree into place.
  func publish() throws(ZipError) {
    if renameat(parent, partName, parent, name) == 0 { return }
    // An earlier tree has to go first. Between the two calls there is none.
    guard errno == ENOTEMPTY || errno == EEXIST, renameat(parent, name, parent, oldName) == 0,
      renameat(parent, partName, parent, name) == 0
    else { throw failure("cannot be put into place") }
    removeTree(oldName, in: parent)
  }

  private func readStamp() -> [UInt8]? {
    let folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard folder >= 0 else { return nil }
    defer { close(folder) }
    let file = openat(folder, Self.stampName, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = try? bytes.withUnsafeMutableBytes { try Descriptor.read(file, into: $0, at: 0) }
    return count.map { Array(bytes.prefix($0)) }
  }

  /// Of the system call that has just failed.
  private func failure(_ what: String) -> ZipError {
    ZipError(path: archivePath, reason: "the folder \(quoted(path)) \(what): \(SystemError())")
  }
}
