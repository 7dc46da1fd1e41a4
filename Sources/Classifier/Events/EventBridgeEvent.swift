import JSON
import S3

/// What S3 tells EventBridge, itself or by CloudTrail. Keys are not encoded there.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
enum EventBridgeEvent {
  /// S3's events that are not about created objects.
  /// https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-s3.html
  private static let otherNews = [
    "Async Copy Completion", "Object Deleted", "Object Restore Initiated", "Object Restore Completed",
    "Object Restore Expired", "Object Tags Added", "Object Tags Deleted", "Object ACL Updated",
    "Object Storage Class Changed", "Object Access Tier Changed",
  ]

  static func isEvent(_ value: JSONValue) -> Bool { value["detail-type"] != nil && value["source"] != nil }

  /// - Returns: none for events other than a created object.
  /// - Throws: ``EventError`` also for an unknown kind of event, which might be about an image.
  static func objects(of event: JSONValue) throws(EventError) -> [ObjectEvent] {
    let source = try event.string("source", place: "")
    guard source == "aws.s3" else { throw EventError("source", "events of \(source) are not known") }
    let type = try event.string("detail-type", place: "")
    switch type {
    case "Object Created": return [try created(event)]
    case "AWS API Call via CloudTrail": return try CloudTrailCall.objects(of: event)
    default:
      guard otherNews.contains(type) else { throw EventError("detail-type", "\"\(type)\" is not known") }
      return []
    }
  }

  private static func created(_ event: JSONValue) throws(EventError) -> ObjectEvent {
    let detail = event["detail"]
    return ObjectEvent(
      S3Location(
        bucket: try event.string("detail", "bucket", "name", place: ""),
        key: try event.string("detail", "object", "key", place: ""),
        versionID: ObjectEvent.versionID(detail?["object"]?["version-id"])),
      isCopy: detail?["reason"]?.string == "CopyObject")
  }
}
