import Glibc
import S3

/// Model files from S3 on the disk, each under a name made of where it is from and its ETag.
///
/// A file that has its name is whole: it is written beside and renamed. When the disk is full, those that
/// were used longest ago go first.
final class ModelCache {
  private let folder: String
  private let s3: ObjectStore
  /// Bytes that can still be written into a folder.
  private let freeSpace: (String) -> Int
  private var isClean = false

  private static let suffix = ".model"
  /// Bytes of the disk that are left to others.
  private static let reserve = 8 << 20

  init(folder: String, s3: ObjectStore, freeSpace: @escaping (String) -> Int = Folder.freeSpace) {
    self.folder = folder
    self.s3 = s3
    self.freeSpace = freeSpace
  }

  /// Where an object's file is, or will be.
  func path(_ location: S3Location, eTag: String) -> String {
    "\(folder)/\(Digest.sha256("\(location.uri) \(eTag)".utf8).hex.prefix(32))\(Self.suffix)"
  }

  /// Brings an object's file to the disk.
  /// - Parameter release: called before a file is removed for want of space: as long as something holds it
  ///   open, the space is not free.
  /// - Returns: whether the file is new; false: it had been there.
  func fetch(
    _ location: S3Location, head: ObjectHead, release: (String) -> Void
  ) throws(ClassifierError) -> Bool {
    let path = path(location, eTag: head.eTag)
    try clean()
    if FileLocator.isFile(path) {
      touch(path)
      return false
    }
    try makeRoom(for: head.length, subject: location.uri, release: release)
    try s3.download(location, to: path, eTag: head.eTag)
    return true
  }

  /// Makes a file the last one to be removed.
  func touch(_ path: String) { utimensat(AT_FDCWD, path, nil, 0) }

  func remove(_ path: String) { Folder.remove(path) }

  /// Removes what downloads left that were killed.
  private func clean() throws(ClassifierError) {
    guard !isClean else { return }
    try Folder.make(folder)
    for name in Folder.names(folder) where !name.hasSuffix(Self.suffix) { Folder.remove("\(folder)/\(name)") }
    isClean = true
  }

  private func makeRoom(
    for size: Int, subject: String, release: (String) -> Void
  ) throws(ClassifierError) {
    let (needed, overflow) = size.addingReportingOverflow(Self.reserve)
    for path in filesByAge() where overflow || freeSpace(folder) < needed {
      release(path)
      Folder.remove(path)
    }
    let free = freeSpace(folder)
    guard !overflow, free >= needed else {
      throw ClassifierError(
        .storage, subject: subject,
        reason:
          "it has \(size >> 20) MB, but \(folder) has only \(max(0, free - Self.reserve) >> 20) MB free: "
          + "give the function more ephemeral storage")
    }
  }

  /// The one that was used longest ago first.
  private func filesByAge() -> [String] {
    var files: [(path: String, used: (Int, Int))] = []
    for name in Folder.names(folder) where name.hasSuffix(Self.suffix) {
      var status = stat()
      let path = "\(folder)/\(name)"
      guard stat(path, &status) == 0 else { continue }
      files.append((path, (Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec))))
    }
    return files.sorted { $0.used < $1.used }.map(\.path)
  }
}
