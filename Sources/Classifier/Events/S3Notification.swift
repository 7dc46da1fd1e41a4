import JSON
import S3

/// A record of the message that S3 sends itself.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
enum S3Notification {
  /// - Returns: the object that was made; nil for other news (removed, tagged, ...).
  static func object(of record: JSONValue, place: String) throws(EventError) -> S3Location? {
    let source = try record.string("eventSource", place: place)
    guard source == "aws:s3" else {
      throw EventError("\(place).eventSource", "events of \(source) are not known")
    }
    let name = try record.string("eventName", place: place)
    guard name.hasPrefix("ObjectCreated:") || name.hasPrefix("s3:ObjectCreated:") else { return nil }
    return S3Location(
      bucket: try record.string("s3", "bucket", "name", place: place),
      key: FormText.decode(try record.string("s3", "object", "key", place: place)),
      versionID: record["s3"]?["object"]?["versionId"]?.string)
  }
}
