/// The calls, by S3's names.
enum Operation: String, Sendable {
  case headObject = "HeadObject"
  case getObject = "GetObject"
  case copyObject = "CopyObject"
  case getObjectTagging = "GetObjectTagging"
  case putObjectTagging = "PutObjectTagging"
}
