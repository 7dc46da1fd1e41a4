/// Whether a bucket's objects have access control lists of their own.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
public enum ObjectOwnership: String, Codable, Sendable {
  /// They have none: what buckets begin with.
  case bucketOwnerEnforced = "BucketOwnerEnforced"
  case bucketOwnerPreferred = "BucketOwnerPreferred"
  case objectWriter = "ObjectWriter"
}
