/// The calls, by S3's names.
enum S3Operation: String, Sendable {
  case getObject = "GetObject"
  case copyObject = "CopyObject"
  case getObjectTagging = "GetObjectTagging"
  case putObjectTagging = "PutObjectTagging"
  case getObjectAcl = "GetObjectAcl"
  case getBucketOwnershipControls = "GetBucketOwnershipControls"
  case putObject = "PutObject"
  case deleteObject = "DeleteObject"

  /// Whether it is about the bucket; its location has no key.
  var isOnBucket: Bool { self == .getBucketOwnershipControls }
}
