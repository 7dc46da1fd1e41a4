import JSON
import S3
import System

/// A record of the message that S3 sends itself, or a server that speaks its language.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
enum S3Notification {
  /// Who sends records, and how it writes keys.
  private enum Sender: String, CaseIterable {
    /// Keys are encoded as in forms.
    case amazon = "aws:s3"
    /// Keys are as they are: `populate_event` of src/rgw/driver/rados/rgw_notify.cc takes the object's name and
    /// `rgw_pubsub_s3_event::dump` of src/rgw/rgw_pubsub.cc writes it, in all releases that have this name.
    /// https://docs.ceph.com/en/latest/radosgw/notifications/#events
    case ceph = "ceph:s3"
    /// Keys are encoded as in forms, slashes too: Go's `url.QueryEscape`, in `ToEvent` of
    /// cmd/event-notification.go.
    case minIO = "minio:s3"

    func key(_ text: String) -> String {
      self == .ceph ? text : PercentEncoding.decode(text, plusIsSpace: true)
    }
  }

  /// What MinIO counts as the making of an object though the image stays as it is.
  private static let changesBeside = ["PutTagging", "DeleteTagging", "PutRetention", "PutLegalHold"]

  /// Other events, by the name before the colon. S3:
  /// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
  /// then Ceph's own (src/rgw/rgw_notify_event_type.cc) and MinIO's (internal/event/name.go).
  private static let otherNews = [
    "ObjectRemoved", "ObjectRestore", "ReducedRedundancyLostObject", "Replication", "LifecycleExpiration",
    "LifecycleTransition", "IntelligentTiering", "ObjectTagging", "ObjectAcl",
    "ObjectLifecycle", "ObjectSynced",
    "ObjectAccessed", "ObjectTransition", "LifecycleDelMarkerExpiration", "Scanner", "BucketCreated",
    "BucketRemoved",
  ]

  /// - Returns: the object that was created; nil for other events (removed, tagged, ...).
  /// - Throws: ``EventError`` also for an unknown kind of event, which might be about an image.
  static func object(of record: JSONValue, place: String) throws(EventError) -> ObjectEvent? {
    let source = try record.string("eventSource", place: place)
    guard let sender = Sender(rawValue: source) else {
      throw EventError(
        "\(place).eventSource",
        "events of \(source) are not known: "
          + Sender.allCases.map(\.rawValue).joined(separator: ", ") + " are")
    }
    let name = try record.string("eventName", place: place)
    let words = (name.hasPrefix("s3:") ? name.dropFirst(3) : name[...]).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let (kind, method) = (String(words[0]), words.count > 1 ? String(words[1]) : "")
    if otherNews.contains(kind) { return nil }
    guard kind == "ObjectCreated", !method.isEmpty else {
      throw EventError("\(place).eventName", "\(name) is not known")
    }
    if changesBeside.contains(method) { return nil }
    let object = record["s3"]?["object"]
    return ObjectEvent(
      S3Location(
        bucket: try record.string("s3", "bucket", "name", place: place),
        key: sender.key(try record.string("s3", "object", "key", place: place)),
        versionID: ObjectEvent.versionID(object?["versionId"])),
      isCopy: method == "Copy")
  }
}
