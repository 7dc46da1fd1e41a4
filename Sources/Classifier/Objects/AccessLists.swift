import S3
import Synchronization

/// Access control lists, which a copy does not carry: looks at them as the configuration has it.
final class AccessLists: Sendable {
  private let s3: S3Client
  private let policy: WriteConfiguration.AccessControl
  /// Of buckets: whether their objects can have lists at all.
  private let haveLists = Mutex<[String: Bool]>([:])

  init(s3: S3Client, policy: WriteConfiguration.AccessControl) {
    self.s3 = s3
    self.policy = policy
  }

  /// The headers that give a copy of an object the grants that it has.
  /// - Throws: where it has some that may not be lost.
  func grants(of object: S3Location) throws(ObjectEnd) -> [(name: String, value: String)] {
    []
  }
}
