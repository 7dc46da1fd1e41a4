import Foundation

/// All that S3 knows of an object besides its bytes.
struct ObjectRecord: Codable, Sendable {
  var key: String
  /// Of the object's bytes.
  var size: Int
  /// Without quotes.
  var etag: String
  var modified: Date
  /// System-defined headers that are kept and given back, names in lower case.
  var headers: [String: String] = [:]
  /// User-defined metadata, names in lower case without `x-amz-meta-`.
  var metadata: [String: String] = [:]
  var tags: [ObjectTag] = []
  var storageClass = "STANDARD"
  var checksum: ObjectChecksum?
  /// nil: the owner's grant alone.
  var accessControlList: AccessControlList?
  /// Sizes of the parts of a multipart upload.
  var partSizes: [Int] = []
  /// The file that holds the bytes when this was written; nil only before that.
  var file: FileIdentity?
  /// Whether the bytes are among those files whose names stand for keys that cannot be paths.
  var isHashed = false

  /// The headers that a client sets and gets back with the object.
  static let keptHeaders = [
    "content-type", "cache-control", "content-disposition", "content-encoding", "content-language", "expires",
    "x-amz-website-redirect-location", "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date", "x-amz-object-lock-legal-hold",
  ]

  static let defaultContentType = "binary/octet-stream"
  /// The quota on user-defined metadata: the UTF-8 bytes of names and values together.
  static let metadataLimit = 2048
}

struct ObjectTag: Codable, Sendable, Equatable {
  var key: String
  var value: String
}

/// What tells whether a file is still the one that a record describes.
struct FileIdentity: Codable, Sendable, Hashable {
  var inode: UInt64
  var size: Int
  var modifiedNanoseconds: Int

  init(_ status: stat) {
    inode = UInt64(status.st_ino)
    size = Int(status.st_size)
    modifiedNanoseconds = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
  }

  /// - Returns: nil when there is no regular file at the path, links followed.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(status)
  }
}
