import Foundation

/// An upload in parts that is under way: a folder with what was said at its beginning, and a file a part.
struct MultipartUpload: Codable, Sendable {
  struct Part: Codable, Sendable {
    var number: Int
    var size: Int
    var etag: String
    var modified: Date
    var checksum: ObjectChecksum?
  }

  static let partNumbers = 1...10_000
  /// All parts but the last are at least so large.
  static let smallestPart = 5 << 20

  var id: String
  var initiated: Date
  /// Size and ETag are not known yet.
  var record: ObjectRecord
  var algorithm: ChecksumAlgorithm?
  var checksumKind: ObjectChecksum.Kind

  init(_ record: ObjectRecord, algorithm: ChecksumAlgorithm?, checksumKind: ObjectChecksum.Kind) {
    id = Invocation.randomHex(64)
    initiated = Date()
    self.record = record
    self.algorithm = algorithm
    self.checksumKind = checksumKind
  }

  // MARK: Files

  /// - Throws: `NoSuchUpload`, also when the upload is another key's.
  static func find(_ id: String, key: String, in files: BucketFiles) throws(S3Fault) -> MultipartUpload {
    guard !id.isEmpty, id.allSatisfy({ $0.isASCII && $0.isHexDigit }),
      let upload: MultipartUpload = read(folder(id, files) + "/upload.json"),
      upload.record.key.hasSameBytes(as: key)
    else { throw .noSuchUpload }
    return upload
  }

  /// The uploads under way, by key.
  static func all(in files: BucketFiles) -> [MultipartUpload] {
    FileTree.names(in: files.uploads)
      .compactMap { read(folder($0, files) + "/upload.json") }
      .sorted { $0.record.key.utf8.lexicographicallyPrecedes($1.record.key.utf8) }
  }

  func begin(in files: BucketFiles) throws(S3Fault) {
    do throws(EmulatorError) {
      try FileTree.makeDirectory(Self.folder(id, files))
    } catch {
      throw .internalError(error.description)
    }
    try Self.write(self, Self.folder(id, files) + "/upload.json")
  }

  /// Keeps a received part, in place of an earlier one of the same number.
  func add(_ part: Part, file: String, in files: BucketFiles) throws(S3Fault) {
    let path = partPath(part.number, files)
    // The description goes last: a part without one is not there.
    unlink(path + ".json")
    guard rename(file, path) == 0 else { throw .noSuchUpload }
    try Self.write(part, path + ".json")
  }

  /// The parts that have come, by number.
  func parts(in files: BucketFiles) -> [Part] {
    let folder = Self.folder(id, files)
    return FileTree.names(in: folder)
      .filter { $0.hasPrefix("part-") && $0.hasSuffix(".json") }
      .compactMap { Self.read(folder + "/" + $0) }
      .sorted { $0.number < $1.number }
  }

  func partPath(_ number: Int, _ files: BucketFiles) -> String { Self.folder(id, files) + "/part-\(number)" }

  func remove(from files: BucketFiles) { try? FileManager.default.removeItem(atPath: Self.folder(id, files)) }

  private static func folder(_ id: String, _ files: BucketFiles) -> String { files.uploads + "/" + id }

  private static func read<Value: Decodable>(_ path: String) -> Value? {
    FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Value.self, from: $0) }
  }

  private static func write(_ value: some Encodable, _ path: String) throws(S3Fault) {
    do {
      try JSONEncoder().encode(value).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw .internalError("cannot write \(path): \(error)")
    }
  }
}
