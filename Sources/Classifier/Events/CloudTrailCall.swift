import JSON
import S3

/// A call of S3's API that CloudTrail tells EventBridge of, where data events are logged.
/// https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-s3.html,
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
enum CloudTrailCall {
  /// The calls that make an object. Its size is unknown.
  private static let uploads = ["PutObject", "PostObject", "CopyObject", "CompleteMultipartUpload"]

  /// - Returns: none for other calls, and for those that failed.
  static func objects(of event: JSONValue) throws(EventError) -> [ObjectEvent] {
    let service = try event.string("detail", "eventSource", place: "")
    guard service == "s3.amazonaws.com" else {
      throw EventError("detail.eventSource", "calls of \(service) are not known")
    }
    let name = try event.string("detail", "eventName", place: "")
    let detail = event["detail"]
    guard uploads.contains(name), (detail?["errorCode"] ?? .null).isNull else { return [] }
    return [
      ObjectEvent(
        S3Location(
          bucket: try event.string("detail", "requestParameters", "bucketName", place: ""),
          key: try event.string("detail", "requestParameters", "key", place: ""),
          versionID: ObjectEvent.versionID(detail?["responseElements"]?["x-amz-version-id"])),
        isCopy: name == "CopyObject")
    ]
  }
}
