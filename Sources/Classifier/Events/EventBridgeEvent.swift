import JSON
import S3

/// What S3 tells EventBridge. Keys are not encoded there.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
enum EventBridgeEvent {
  static func isEvent(_ value: JSONValue) -> Bool { value["detail-type"] != nil && value["source"] != nil }

  /// - Returns: none for other news than an object that was made.
  static func objects(of event: JSONValue) throws(EventError) -> [S3Location] {
    let source = try event.string("source", place: "")
    guard source == "aws.s3" else { throw EventError("source", "events of \(source) are not known") }
    guard event["detail-type"]?.string == "Object Created" else { return [] }
    return [
      S3Location(
        bucket: try event.string("detail", "bucket", "name", place: ""),
        key: try event.string("detail", "object", "key", place: ""),
        versionID: event["detail"]?["object"]?["version-id"]?.string)
    ]
  }
}
