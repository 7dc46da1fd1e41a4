/// What can be done about the common failures.
enum Advice {
  static func remedy(
    operation: S3Operation, location: S3Location, status: Int, code: String
  ) -> String? {
    switch code {
    case "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch":
      return
        "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN: they must belong together, "
        + "and to this endpoint."
    case "ExpiredToken", "TokenRefreshRequired":
      return "The session token has expired: get new credentials. Lambda gives them to a new process."
    case "RequestTimeTooSkewed":
      return "Set the clock of this machine."
    case "NoSuchBucket":
      return "Check the bucket's name, and AWS_ENDPOINT_URL_S3 where another S3 is meant."
    case "NoSuchKey":
      return "Keys are case-sensitive; the key in an event is form-encoded."
    case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed",
      "IllegalLocationConstraintException":
      return "The bucket is in another region: set AWS_REGION to it."
    case "InvalidObjectState":
      return "The object is archived: restore it first."
    case "MetadataTooLarge":
      return "S3 keeps 2 KB of user metadata for an object: write fewer labels."
    case "InvalidRequest" where operation == .getObject:
      return "Objects that are encrypted with a customer-provided key (SSE-C) are not supported."
    default:
      return status == 403 ? permissions(operation, location) : nil
    }
  }

  /// A 403 that the signature is not to blame for.
  private static func permissions(_ operation: S3Operation, _ location: S3Location) -> String {
    let version = location.versionID == nil ? "" : "Version"
    let resource = "arn:aws:s3:::\(location.bucket)" + (operation.isOnBucket ? "" : "/\(location.key)")
    let actions =
      switch operation {
      case .getObject:
        "s3:GetObject\(version), and kms:Decrypt where the object is encrypted with KMS"
      case .copyObject:
        "s3:GetObject\(version) and s3:PutObject; for an object with tags s3:GetObject\(version)Tagging and "
          + "s3:PutObjectTagging; with locks s3:PutObjectRetention and s3:PutObjectLegalHold; to keep "
          + "access control lists s3:PutObjectAcl; encrypted with KMS "
          + "kms:Decrypt and kms:GenerateDataKey"
      case .getObjectTagging: "s3:GetObject\(version)Tagging"
      case .putObjectTagging: "s3:PutObject\(version)Tagging"
      case .getObjectAcl: "s3:GetObject\(version)Acl"
      case .getBucketOwnershipControls: "s3:GetBucketOwnershipControls"
      case .putObject: "s3:PutObject, and s3:PutObjectTagging for tags"
      case .deleteObject: "s3:DeleteObject"
      }
    let text = "The role needs \(actions), on \(resource)."
    guard operation == .getObject else { return text }
    return text
      + " Without s3:ListBucket on the bucket, S3 gives this answer for an object that is not there, too."
  }
}
