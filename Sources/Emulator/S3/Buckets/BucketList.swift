import Foundation

/// The buckets that there are.
actor BucketList {
  private var buckets: [String: Bucket] = [:]
  /// Where the folders of buckets are made that clients create.
  private let root: String

  init(_ folders: [BucketFolder], root: String) throws(EmulatorError) {
    self.root = root
    for folder in folders {
      guard Self.isValid(folder.name) else {
        throw .badBucket(name: folder.name, reason: "names are 3 to 63 of a-z, 0-9, '-' and '.'")
      }
      guard buckets[folder.name] == nil else {
        throw .badBucket(name: folder.name, reason: "it is given twice")
      }
      buckets[folder.name] = try Self.make(folder)
    }
  }

  var all: [Bucket] { buckets.values.sorted { $0.name < $1.name } }

  func find(_ name: String) throws(S3Fault) -> Bucket {
    guard let bucket = buckets[name] else { throw .noSuchBucket(name) }
    return bucket
  }

  /// Creating one's own bucket again succeeds, as in us-east-1.
  func create(_ name: String) throws(S3Fault) {
    guard Self.isValid(name) else {
      throw S3Fault(
        400, "InvalidBucketName", "The specified bucket is not valid.", details: [("BucketName", name)])
    }
    guard buckets[name] == nil else { return }
    do throws(EmulatorError) {
      buckets[name] = try Self.make(BucketFolder(name: name, directory: root + "/" + name))
    } catch {
      throw .internalError(error.description)
    }
  }

  func remove(_ name: String) async throws(S3Fault) {
    let bucket = try find(name)
    guard await bucket.keys().isEmpty else {
      throw S3Fault(
        409, "BucketNotEmpty", "The bucket you tried to delete is not empty", details: [("BucketName", name)])
    }
    buckets[name] = nil
    await bucket.removeFolder()
  }

  private static func make(_ folder: BucketFolder) throws(EmulatorError) -> Bucket {
    try FileTree.makeDirectory(folder.directory)
    var folder = folder
    folder.directory = FileTree.absolute(folder.directory)
    return try Bucket(folder)
  }

  /// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  private static func isValid(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    func isLetterOrDigit(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard (3...63).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
    return isLetterOrDigit(first) && isLetterOrDigit(last) && !name.contains("..")
      && bytes.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
  }
}
