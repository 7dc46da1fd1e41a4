import Foundation
import Synchronization
import System

/// The message that S3 sends for an object that was made.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
struct S3Notification: Encodable, Sendable {
  enum Event: String, Sendable {
    case put = "ObjectCreated:Put"
    case copy = "ObjectCreated:Copy"
    case completeMultipartUpload = "ObjectCreated:CompleteMultipartUpload"
  }

  struct Record: Encodable, Sendable {
    var eventVersion = "2.1"
    var eventSource = "aws:s3"
    var awsRegion: String
    var eventTime: String
    var eventName: String
    var userIdentity: Identity
    var requestParameters = ["sourceIPAddress": "127.0.0.1"]
    var responseElements: [String: String]
    var s3: Entity
  }

  struct Identity: Encodable, Sendable { var principalId: String }

  struct Entity: Encodable, Sendable {
    var s3SchemaVersion = "1.0"
    var configurationId = "thimble-emulator"
    var bucket: BucketEntity
    var object: ObjectEntity
  }

  struct BucketEntity: Encodable, Sendable {
    var name: String
    var ownerIdentity: Identity
    var arn: String
  }

  struct ObjectEntity: Encodable, Sendable {
    /// Encoded as in an HTML form: a space is `+`.
    var key: String
    var size: Int
    var eTag: String
    var sequencer: String
  }

  private enum CodingKeys: String, CodingKey { case records = "Records" }

  private var records: [Record]

  init(_ event: Event, bucket: String, _ object: ObjectRecord, region: String, requestID: String) {
    let owner = Identity(principalId: "A3NL1KOZZKExample")
    records = [
      Record(
        awsRegion: region, eventTime: UTCTime(object.modified).extended, eventName: event.rawValue,
        userIdentity: Identity(principalId: "AWS:AIDAINPONIXQXHT3IKHL2"),
        responseElements: ["x-amz-request-id": requestID, "x-amz-id-2": S3Service.hostID],
        s3: Entity(
          bucket: BucketEntity(name: bucket, ownerIdentity: owner, arn: "arn:aws:s3:::" + bucket),
          object: ObjectEntity(
            key: PercentEncoding.encode(object.key, keeping: "/*", spaceIsPlus: true), size: object.size,
            eTag: object.etag, sequencer: Sequencer.next())))
    ]
  }
}

/// Strings that grow, as S3 numbers the events of a key.
private enum Sequencer {
  private static let last = Mutex<UInt64>(0)

  static func next() -> String {
    last.withLock { last in
      last = max(last + 1, UInt64(Date().timeIntervalSince1970 * 1_000_000))
      let digits = String(last, radix: 16, uppercase: true)
      return String(repeating: "0", count: 18 - digits.count) + digits
    }
  }
}
