import XML

/// Whom a bucket's objects belong to, and whether they have access control lists.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
public enum ObjectOwnership: String, Sendable {
  /// The bucket's owner; there are no lists. What new buckets have.
  case bucketOwnerEnforced = "BucketOwnerEnforced"
  /// The bucket's owner, where who writes an object asks for it.
  case bucketOwnerPreferred = "BucketOwnerPreferred"
  /// Who writes the object. What buckets without a setting have.
  case objectWriter = "ObjectWriter"
  /// The server does not know the setting: whether it has lists is known from
  /// ``S3Client/accessControlList(of:)`` alone.
  case unknown = ""

  /// Whether no object of the bucket can have grants of its own.
  public var disablesLists: Bool { self == .bucketOwnerEnforced }
}

extension S3Client {
  /// GetBucketOwnershipControls.
  public func ownership(of bucket: String) throws(S3Error) -> ObjectOwnership {
    var call = S3Call(
      .getBucketOwnershipControls, method: "GET", S3Location(bucket: bucket, key: ""))
    call.query.append(("ownershipControls", ""))
    do throws(S3Error) {
      let document = XMLElement(parsing: try perform(call).body)
      // Some servers take an unknown query for the wish to list the bucket.
      guard let document, document.name == "OwnershipControls" else { return .unknown }
      return document.child("Rule")?["ObjectOwnership"].flatMap(ObjectOwnership.init) ?? .unknown
    } catch {
      if error.code == "OwnershipControlsNotFoundError" { return .objectWriter }
      if error.isUnknownCall { return .unknown }
      throw error
    }
  }
}

extension S3Error {
  /// The server does not have what was asked for.
  public var isUnknownCall: Bool {
    code == "NotImplemented" || code == "MethodNotAllowed" && location?.versionID == nil
  }
}
