import JSON
import S3

/// An object named by the function's caller, for example a state machine. Keys are not encoded.
///
///     {"bucket": "images", "key": "a cat.jpg", "versionId": "optional"}
enum DirectInvocation {
  static func isEvent(_ value: JSONValue) -> Bool {
    value["bucket"]?.string != nil || value["key"]?.string != nil
  }

  static func object(of value: JSONValue) throws(EventError) -> ObjectEvent {
    ObjectEvent(
      S3Location(
        bucket: try value.string("bucket", place: ""), key: try value.string("key", place: ""),
        versionID: ObjectEvent.versionID(value["versionId"])))
  }
}
