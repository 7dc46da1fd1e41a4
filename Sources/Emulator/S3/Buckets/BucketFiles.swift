import Foundation
import System

/// The files of one bucket: objects at their keys' paths, all else in a hidden folder.
struct BucketFiles: Sendable {
  /// Absolute, without a slash at the end.
  let directory: String

  private var hidden: String { directory + "/" + KeyPath.hiddenFolder }
  /// Where uploads are received, beside their later place: a rename completes them.
  var staging: String { hidden + "/staging" }
  var uploads: String { hidden + "/uploads" }
  private var records: String { hidden + "/records" }
  private var hashedObjects: String { hidden + "/objects" }

  /// Makes the folders and removes what an earlier run received only in part.
  func prepare() throws(EmulatorError) {
    try? FileManager.default.removeItem(atPath: staging)
    for folder in [directory, staging, uploads, records, hashedObjects] { try FileTree.makeDirectory(folder) }
  }

  func removeFolder() {
    try? FileManager.default.removeItem(atPath: hidden)
    rmdir(directory)
  }

  // MARK: Objects

  func hashedPath(_ key: String) -> String { hashedObjects + "/" + KeyPath.hash(key) }

  /// The path of an object that is kept at its key: a regular file, reached through no linked folder.
  func plainPath(_ key: String) -> String? {
    guard let relative = KeyPath.relativePath(key), parentsAreFolders(relative) else { return nil }
    return directory + "/" + relative
  }

  /// The path that a new object of this key goes to; folders are made on the way.
  /// - Returns: the place among the hashed ones when another object's file or a link is in the way.
  func makePlace(for key: String) -> (path: String, isHashed: Bool) {
    let hashed = (path: hashedPath(key), isHashed: true)
    guard let relative = KeyPath.relativePath(key) else { return hashed }
    let path = directory + "/" + relative
    let parent = path.prefix(upTo: path.lastIndex(of: "/") ?? path.endIndex)
    try? FileManager.default.createDirectory(atPath: String(parent), withIntermediateDirectories: true)
    guard parentsAreFolders(relative), FileTree.kind(path) != .directory else { return hashed }
    return (path, false)
  }

  /// Removes an object's file, and the folders that are empty then: S3 has none.
  func remove(_ path: String) throws(S3Fault) {
    guard unlink(path) == 0 || errno == ENOENT else { throw .internalError(SystemError().description) }
    guard !path.hasPrefix(hidden + "/") else { return }
    var folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
    while folder.utf8.count > directory.utf8.count, rmdir(String(folder)) == 0 {
      folder = folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)]
    }
  }

  private func parentsAreFolders(_ relative: String) -> Bool {
    var path = directory
    for part in relative.split(separator: "/").dropLast() {
      path += "/" + part
      guard FileTree.kind(path) == .directory else { return false }
    }
    return true
  }

  /// All keys, in the order of their bytes, which is S3's.
  func keys() -> [String] {
    var keys: [String] = []
    collect(directory, prefix: "", into: &keys)
    for name in FileTree.names(in: hashedObjects) {
      if let record = load(hash: name) { keys.append(record.key) }
    }
    return keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private func collect(_ folder: String, prefix: String, into keys: inout [String]) {
    for name in FileTree.names(in: folder) where !(prefix.isEmpty && name == KeyPath.hiddenFolder) {
      let path = folder + "/" + name
      switch FileTree.kind(path) {
      case .directory: collect(path, prefix: prefix + name + "/", into: &keys)
      case .file: keys.append(prefix + name)
      case .link where FileIdentity(path: path) != nil: keys.append(prefix + name)
      case .link, .other, nil: break
      }
    }
  }

  // MARK: Records

  func load(_ key: String) -> ObjectRecord? {
    guard let record = load(hash: KeyPath.hash(key)), record.key.hasSameBytes(as: key) else { return nil }
    return record
  }

  private func load(hash: String) -> ObjectRecord? {
    guard let data = FileManager.default.contents(atPath: "\(records)/\(hash).json") else { return nil }
    return try? JSONDecoder().decode(ObjectRecord.self, from: data)
  }

  func save(_ record: ObjectRecord) throws(S3Fault) {
    do {
      let path = "\(records)/\(KeyPath.hash(record.key)).json"
      try JSONEncoder().encode(record).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw .internalError("\(error)")
    }
  }

  func removeRecord(_ key: String) { unlink("\(records)/\(KeyPath.hash(key)).json") }
}
