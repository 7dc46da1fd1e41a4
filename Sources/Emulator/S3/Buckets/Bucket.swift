import Foundation
import System

/// An object as found: what is known of it, and the file with its bytes.
struct StoredObject: Sendable {
  var record: ObjectRecord
  var path: String
}

/// One bucket. Looks objects up and changes them one at a time, so that conditions hold when they are acted
/// on. A file that somebody puts into the folder by hand is an object too; one that is changed by hand is
/// another object, of which nothing is known but its bytes.
actor Bucket {
  nonisolated let name: String
  nonisolated let created: Date
  nonisolated let files: BucketFiles
  /// nil: it was removed, and objects may have lists.
  private(set) var ownership: ObjectOwnership?
  /// ETags of files put there by hand, which take reading them.
  private var handmadeETags: [FileIdentity: String] = [:]

  init(_ folder: BucketFolder) throws(EmulatorError) {
    name = folder.name
    ownership = folder.ownership
    created = Date()
    files = BucketFiles(directory: folder.directory)
    try files.prepare()
  }

  // MARK: Ownership

  /// Whether objects have access control lists of their own.
  var allowsAccessControlLists: Bool { ownership != .bucketOwnerEnforced }

  func setOwnership(_ ownership: ObjectOwnership?) { self.ownership = ownership }

  // MARK: Looking up

  func find(_ key: String) -> StoredObject? {
    if let record = files.load(key), let identity = record.file,
      let path = record.isHashed ? files.hashedPath(key) : files.plainPath(key),
      FileIdentity(path: path) == identity
    {
      return StoredObject(record: record, path: path)
    }
    guard let path = files.plainPath(key), let identity = FileIdentity(path: path) else { return nil }
    return handmade(key, path, identity)
  }

  func require(_ key: String) throws(S3Fault) -> StoredObject {
    guard let object = find(key) else { throw .noSuchKey(key) }
    return object
  }

  /// An object and its bytes, which stay readable when it is replaced.
  func open(_ key: String) throws(S3Fault) -> (object: StoredObject, file: OpenFile) {
    // Twice: somebody may be changing the folder by hand.
    for _ in 0..<2 {
      let object = try require(key)
      if let file = OpenFile(path: object.path), file.identity == object.record.file { return (object, file) }
    }
    throw .internalError("\(key) is being changed in the bucket's folder")
  }

  /// All keys, in S3's order.
  func keys() -> [String] { files.keys() }

  /// The newest of these keys' objects, the newest first.
  func newest(_ count: Int, of keys: [String]) -> [ObjectRecord] {
    let records = keys.compactMap { find($0)?.record }
    return Array(records.sorted { $0.modified > $1.modified }.prefix(count))
  }

  private func handmade(_ key: String, _ path: String, _ identity: FileIdentity) -> StoredObject? {
    guard let etag = handmadeETags[identity] ?? FileDigest.md5(path: path) else { return nil }
    handmadeETags[identity] = etag
    var record = ObjectRecord(
      key: key, size: identity.size, etag: etag,
      modified: Date(timeIntervalSince1970: Double(identity.modifiedNanoseconds / 1_000_000_000)))
    record.headers["content-type"] = MediaType.of(fileName: key)
    record.file = identity
    return StoredObject(record: record, path: path)
  }

  // MARK: Changing

  /// Makes a received file the object of the record's key.
  /// - Parameter isAllowed: asked with the object that is there now.
  /// - Returns: the record as kept.
  func put(
    _ record: ObjectRecord, file: String, if isAllowed: @Sendable (ObjectRecord?) throws(S3Fault) -> Void
  ) throws(S3Fault) -> ObjectRecord {
    let old = find(record.key)
    try isAllowed(old?.record)
    let place = files.makePlace(for: record.key)
    guard let identity = FileIdentity(path: file), rename(file, place.path) == 0 else {
      throw .internalError("cannot rename to \(place.path): \(SystemError())")
    }
    if let old, old.path != place.path { try files.remove(old.path) }
    var record = record
    record.file = identity
    record.isHashed = place.isHashed
    try files.save(record)
    return record
  }

  /// Changes what is known of an object and leaves its bytes.
  /// - Parameter change: given the record as it is now, and the file with the bytes; may refuse.
  func update(
    _ key: String, _ change: @Sendable (inout ObjectRecord, _ path: String) throws(S3Fault) -> Void
  ) throws(S3Fault) -> ObjectRecord {
    let object = try require(key)
    var record = object.record
    try change(&record, object.path)
    try files.save(record)
    return record
  }

  /// Removing what is not there succeeds.
  func remove(
    _ key: String, if isAllowed: @Sendable (ObjectRecord?) throws(S3Fault) -> Void = { _ throws(S3Fault) in }
  ) throws(S3Fault) {
    let object = find(key)
    try isAllowed(object?.record)
    guard let object else { return }
    try files.remove(object.path)
    files.removeRecord(key)
  }

  /// Removes the folder of an empty bucket. What is not an object in it stays, and the folder with it.
  func removeFolder() { files.removeFolder() }
}
