import Digests
import Glibc
import S3
import System

/// Model files from S3 on the disk, each under a name made of where it is from and its ETag.
///
/// A file with a name has all that its model needs: it is written without a name, and named at the end. Beside it
/// is a record of its parts, which says what was fetched and what is a hole. When the disk is full,
/// those that were used longest ago go first.
final class ModelCache {
  private let folder: String
  private let s3: ObjectStore
  /// Bytes that can still be written into a folder.
  private let freeSpace: (String) -> Int
  private var isClean = false

  private static let suffix = ".model"
  /// Of the record of a file's parts, beside it.
  private static let recordSuffix = ".parts"
  /// Bytes of the disk that are left to others.
  private static let reserve = 8 << 20

  init(folder: String, s3: ObjectStore, freeSpace: @escaping (String) -> Int = Folder.freeSpace) {
    self.folder = folder
    self.s3 = s3
    self.freeSpace = freeSpace
  }

  /// Where an object's file is, or will be.
  private static func path(_ folder: String, _ location: S3Location, eTag: String) -> String {
    "\(folder)/\(Digest.sha256("\(location.uri) \(eTag)".utf8).hex.prefix(32))\(suffix)"
  }

  /// Finds an object's file, or has it come.
  ///
  /// Parts can be trusted where the connection guards them: then only those are fetched that are waited for. Else all
  /// of the object comes, and is verified, before this returns.
  /// - Parameters:
  ///   - check: whether the object is worth fetching, after what S3 says of it.
  ///   - release: called before a file is removed to free space: as long as something holds it open, its space is
  ///     not free.
  func open(
    _ location: S3Location, check: (ObjectHead) throws(ClassifierError) -> Void, release: (String) -> Void
  ) throws(ClassifierError) -> ModelFile {
    try clean()
    let folder = folder
    let download = try s3.startDownload(location, in: folder) { head in
      !FileLocator.isFile(Self.path(folder, location, eTag: head.eTag))
    }
    let head = try ObjectStore.run { () throws(S3Error) in try download.head() }
    try check(head)
    let path = Self.path(folder, location, eTag: head.eTag)
    if download.isUnwanted { return try cachedFile(path, head) }
    let needsAll = !s3.isSecure
    if needsAll {
      try makeRoom(for: head.length, subject: location.uri, release: release)
      try ObjectStore.run { () throws(S3Error) in
        try download.requestAll()
        _ = try download.finish()
      }
    }
    return ModelFile(
      path: download.currentPath, arrival: needsAll ? nil : download, eTag: head.eTag, length: head.length,
      cachedPath: path, download: download, isVerified: !needsAll || download.isVerified)
  }

  private func cachedFile(_ path: String, _ head: ObjectHead) throws(ClassifierError) -> ModelFile {
    touch(path)
    let record = try? LocalFile.read(Self.recordPath(path))
    // A record that says nothing has no parts.
    let parts = record.flatMap(FileParts.init(record:)) ?? FileParts(ranges: [])
    return ModelFile(
      path: path, arrival: parts.isWhole(head.length) ? nil : parts, eTag: head.eTag,
      length: head.length, cachedPath: path, download: nil, isVerified: false)
  }

  /// Keeps a file that came for others. Where that is not possible it comes again for the next process.
  func keep(_ file: ModelFile) {
    guard let download = file.download else { return }
    let recordPath = Self.recordPath(file.cachedPath)
    // The record first: a file must never be without it, nor with another's.
    remove(file.cachedPath)
    guard LocalFile.write(FileParts.record(of: download.presentRanges), to: recordPath) else { return }
    do throws(S3Error) { try download.commit(to: file.cachedPath) } catch { Folder.remove(recordPath) }
  }

  /// Makes a file the last one to be removed.
  func touch(_ path: String) { utimensat(AT_FDCWD, path, nil, 0) }

  func remove(_ path: String) {
    Folder.remove(path)
    Folder.remove(Self.recordPath(path))
  }

  /// Removes the file that was used longest ago.
  /// - Returns: false when the cache is empty.
  func removeOldest(release: (String) -> Void) -> Bool {
    guard let path = filesByAge().first else { return false }
    release(path)
    remove(path)
    return true
  }

  private static func recordPath(_ path: String) -> String { path.dropLast(suffix.count) + recordSuffix }

  /// Removes what processes left that were killed.
  private func clean() throws(ClassifierError) {
    guard !isClean else { return }
    try Folder.make(folder)
    let names = Folder.names(folder)
    for name in names where !Self.isKept(name, names) { Folder.remove("\(folder)/\(name)") }
    isClean = true
  }

  /// Whether a file has its record, or a record its file.
  private static func isKept(_ name: String, _ names: [String]) -> Bool {
    for (own, other) in [(suffix, recordSuffix), (recordSuffix, suffix)] where name.hasSuffix(own) {
      return names.contains(name.dropLast(own.count) + other)
    }
    return false
  }

  private func makeRoom(
    for size: Int, subject: String, release: (String) -> Void
  ) throws(ClassifierError) {
    let (needed, overflow) = size.addingReportingOverflow(Self.reserve)
    while overflow || freeSpace(folder) < needed, removeOldest(release: release) {}
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
