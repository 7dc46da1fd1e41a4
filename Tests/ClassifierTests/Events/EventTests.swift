import S3
import Testing

@testable import Classifier

/// Events in the shapes that AWS documents.
struct EventTests {
  static let record = """
    {"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-west-2",
     "eventTime": "1970-01-01T00:00:00.000Z", "eventName": "ObjectCreated:Put",
     "s3": {"s3SchemaVersion": "1.0", "configurationId": "all",
       "bucket": {"name": "images", "arn": "arn:aws:s3:::images"},
       "object": {"key": "this+im+%2B+age.jpg", "size": 1024, "eTag": "d41d8cd98f00b204e9800998ecf8427e",
         "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko", "sequencer": "0055AED6DCD90281E5"}}}
    """
  static let notification = "{\"Records\": [\(record)]}"
  static let object = ObjectEvent(
    S3Location(
      bucket: "images", key: "this im + age.jpg", versionID: "096fKKXTRTtl3on89fVO.nfljtsv6qko"))

  private func event(_ text: String) throws -> Event { try Event(Array(text.utf8)) }

  private func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
      + "\""
  }

  @Test func s3() throws {
    #expect(try event(Self.notification) == .objects([Self.object]))
    let others = ["ObjectRemoved:Delete", "ObjectTagging:Put", "ObjectRestore:Completed"].map {
      Self.record.replacing("ObjectCreated:Put", with: $0)
    }
    let copy = Self.record.replacing("ObjectCreated:Put", with: "ObjectCreated:Copy")
    let many = "{\"Records\": [\((others + [Self.record, copy]).joined(separator: ","))]}"
    let copied = ObjectEvent(Self.object.location, isCopy: true)
    #expect(try event(many) == .objects([Self.object, copied]))
    #expect(try event("{\"Records\": []}") == .objects([]))
    #expect(
      try event(
        #"{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2014-10-13T15:57:02.089Z","Bucket":"images"}"#
      )
        == .objects([]))
  }

  /// What https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html calls a payload: the caller's own.
  @Test func direct() throws {
    let cat = ObjectEvent(S3Location(bucket: "images", key: "a+cat%20.jpg"))
    let dog = ObjectEvent(S3Location(bucket: "images", key: "dog.png", versionID: "v1"))
    let one = #"{"bucket": "images", "key": "a+cat%20.jpg"}"#
    let other = #"{"bucket": "images", "key": "dog.png", "versionId": "v1"}"#
    #expect(try event(one) == .objects([cat]))
    #expect(try event("[\(one), \(other)]") == .objects([cat, dog]))
    #expect(try event("[]") == .objects([]))
    for (text, place) in [
      (#"{"bucket": "images"}"#, "key: "), (#"{"key": "a.jpg"}"#, "bucket: "),
      ("[\(one), {\"bucket\": \"images\", \"key\": \"\"}]", "[1].key: "), ("[\(one), 7]", "[1]: "),
      (String(repeating: "[", count: 9) + String(repeating: "]", count: 9), "[0]"),
    ] {
      let error = #expect(throws: EventError.self) { try event(text) }
      #expect(error?.description.hasPrefix(place) == true, "\(text): \(String(describing: error))")
    }
  }

  @Test func topic() throws {
    let message = quoted(Self.notification)
    let event =
      #"{"Records": [{"EventVersion": "1.0", "EventSource": "aws:sns", "Sns": {"Message": \#(message)}}]}"#
    #expect(try self.event(event) == .objects([Self.object]))
  }

  @Test func bridge() throws {
    let event = """
      {"version": "0", "id": "17793124", "detail-type": "Object Created", "source": "aws.s3", "region": "ca-central-1",
       "detail": {"version": "0", "bucket": {"name": "images"}, "object": {"key": "a+b %2B.jpg", "size": 5, "etag": "x",
       "version-id": "v1", "sequencer": "00"}, "reason": "PutObject"}}
      """
    let location = S3Location(bucket: "images", key: "a+b %2B.jpg", versionID: "v1")
    #expect(try self.event(event) == .objects([ObjectEvent(location)]))
    #expect(
      try self.event(event.replacing("PutObject", with: "CopyObject"))
        == .objects([ObjectEvent(location, isCopy: true)]))
    #expect(throws: EventError.self) { try self.event(event.replacing("aws.s3", with: "aws.ec2")) }
    // All that the EventBridge reference lists, and an unknown one.
    for type in [
      "Async Copy Completion", "Object Deleted", "Object Restore Initiated", "Object Restore Completed",
      "Object Restore Expired", "Object Tags Added", "Object Tags Deleted", "Object ACL Updated",
      "Object Storage Class Changed", "Object Access Tier Changed",
    ] { #expect(try self.event(event.replacing("Object Created", with: type)) == .objects([]), "\(type)") }
    let error = #expect(throws: EventError.self) {
      try self.event(event.replacing("Object Created", with: "Object Renamed"))
    }
    #expect(error?.description == "detail-type: \"Object Renamed\" is not known")
  }

  /// The record in CloudTrail's documentation, as EventBridge wraps it.
  @Test func cloudTrail() throws {
    let event = """
      {"version": "0", "id": "e", "detail-type": "AWS API Call via CloudTrail", "source": "aws.s3",
       "detail": {"eventVersion": "1.05", "eventSource": "s3.amazonaws.com", "eventName": "PutObject",
       "requestParameters": {"bucketName": "images", "Host": "s3.eu-west-1.amazonaws.com", "key": "a+b %2B.jpg"},
       "responseElements": {"x-amz-version-id": "v1"}, "eventType": "AwsApiCall"}}
      """
    let location = S3Location(bucket: "images", key: "a+b %2B.jpg", versionID: "v1")
    for name in ["PutObject", "PostObject", "CompleteMultipartUpload"] {
      #expect(
        try self.event(event.replacing("PutObject", with: name)) == .objects([ObjectEvent(location)]),
        "\(name)")
    }
    #expect(
      try self.event(event.replacing("PutObject", with: "CopyObject"))
        == .objects([ObjectEvent(location, isCopy: true)]))
    #expect(
      try self.event(event.replacing(#"{"x-amz-version-id": "v1"}"#, with: "null"))
        == .objects([ObjectEvent(S3Location(bucket: "images", key: "a+b %2B.jpg"))]))
    for name in ["UploadPart", "DeleteObject", "GetObject", "PutObjectTagging"] {
      #expect(try self.event(event.replacing("PutObject", with: name)) == .objects([]), "\(name)")
    }
    #expect(
      try self.event(event.replacing("\"eventType\"", with: #""errorCode": "AccessDenied", "eventType""#))
        == .objects([]))
    for (old, new, reason) in [
      ("s3.amazonaws.com", "s3tables.amazonaws.com", "detail.eventSource: calls of s3tables.amazonaws.com"),
      ("\"key\"", "\"kay\"", "detail.requestParameters.key: this is missing"),
      ("\"eventName\"", "\"name\"", "detail.eventName: this is missing"),
    ] {
      let error = #expect(throws: EventError.self) { try self.event(event.replacing(old, with: new)) }
      #expect(error?.description.hasPrefix(reason) == true, "\(error?.description ?? "")")
    }
  }

  /// The example of Ceph's documentation, with a key that would change if it were decoded.
  @Test func ceph() throws {
    let record = """
      {"eventVersion": "2.2", "eventSource": "ceph:s3", "awsRegion": "us-east-1",
       "eventTime": "2019-11-22T13:47:35.124724Z", "eventName": "ObjectCreated:Put",
       "s3": {"s3SchemaVersion": "1.0", "configurationId": "mynotif1", "bucket": {"name": "mybucket1", "id": "x"},
         "object": {"key": "a+b%2Bc d/1.jpg", "size": "1024", "eTag": "37b51d194a7513e45b56f6524f2d51f2",
           "versionId": "", "sequencer": "F7E6D75DC742D108", "metadata": [], "tags": []}},
       "eventId": "", "opaqueData": "me@example.com"}
      """
    let location = S3Location(bucket: "mybucket1", key: "a+b%2Bc d/1.jpg")
    for name in ["ObjectCreated:Put", "s3:ObjectCreated:Put"] {
      let event = "{\"Records\": [\(record.replacing("ObjectCreated:Put", with: name))]}"
      #expect(try self.event(event) == .objects([ObjectEvent(location)]))
    }
    let copy = record.replacing("Created:Put", with: "Created:Copy").replacing("\"1024\"", with: "7")
    #expect(try event("{\"Records\": [\(copy)]}") == .objects([ObjectEvent(location, isCopy: true)]))
    for name in ["ObjectLifecycle:Expiration:Current", "ObjectSynced:Create", "s3:ObjectRemoved:Delete"] {
      let event = "{\"Records\": [\(record.replacing("ObjectCreated:Put", with: name))]}"
      #expect(try self.event(event) == .objects([]), "\(name)")
    }
  }

  /// What MinIO posts to a webhook; keys are as Go's `url.QueryEscape` writes them.
  @Test func minIO() throws {
    let event = """
      {"EventName": "s3:ObjectCreated:Put", "Key": "images/new/a b+%.jpg", "Records": [
        {"eventVersion": "2.0", "eventSource": "minio:s3", "awsRegion": "", "eventTime": "2025-02-06T01:04:31.998Z",
         "eventName": "s3:ObjectCreated:Put", "s3": {"s3SchemaVersion": "1.0", "configurationId": "Config",
           "bucket": {"name": "images", "arn": "arn:aws:s3:::images"},
           "object": {"key": "new%2Fa+b%2B%25.jpg", "size": 83, "eTag": "x", "contentType": "image/jpeg",
             "userMetadata": {"content-type": "image/jpeg"}, "sequencer": "18217A7E1F8A93D6"}},
         "source": {"host": "192.0.2.1", "port": "", "userAgent": "MinIO"}}]}
      """
    let location = S3Location(bucket: "images", key: "new/a b+%.jpg")
    #expect(try self.event(event) == .objects([ObjectEvent(location)]))
    #expect(
      try self.event(event.replacing("Created:Put", with: "Created:Copy"))
        == .objects([ObjectEvent(location, isCopy: true)]))
    // None of these changes the image, so none may have it looked at again.
    for name in [
      "Created:PutTagging", "Created:DeleteTagging", "Created:PutRetention", "Created:PutLegalHold",
      "Accessed:Get", "Removed:Delete",
    ] { #expect(try self.event(event.replacing("Created:Put", with: name)) == .objects([]), "\(name)") }
  }

  /// A success would hide that an image has no labels.
  @Test(arguments: ["ObjectMade:Put", "ObjectCreated", "ObjectCreated:", "s3:", "Object", ":Put"])
  func unknownNews(name: String) {
    let error = #expect(throws: EventError.self) {
      try event(Self.notification.replacing("ObjectCreated:Put", with: name))
    }
    #expect(error?.description == "Records[0].eventName: \(name) is not known")
  }

  @Test func queue() throws {
    let topic = #"{"Type": "Notification", "TopicArn": "arn:x", "Message": \#(quoted(Self.notification))}"#
    let bodies = [Self.notification, topic, "no JSON", "{}"]
    let records = bodies.enumerated().map {
      #"{"messageId": "m\#($0)", "eventSource": "aws:sqs", "body": \#(quoted($1))}"#
    }
    guard case .messages(let messages) = try event("{\"Records\": [\(records.joined(separator: ","))]}")
    else {
      Issue.record("no messages")
      return
    }
    #expect(messages.map(\.id) == ["m0", "m1", "m2", "m3"] && messages.allSatisfy { $0.groupID == nil })
    #expect(
      messages[0].contents == .success([Self.object]) && messages[1].contents == .success([Self.object]))
    for message in messages[2...] {
      #expect(throws: EventError.self) { try message.contents.get() }
    }
    #expect(
      QueueMessage.answer(failed: ["m2", "m3"]).text
        == #"{"batchItemFailures":[{"itemIdentifier":"m2"},{"itemIdentifier":"m3"}]}"#)
    #expect(QueueMessage.answer(failed: []).text == #"{"batchItemFailures":[]}"#)
  }

  @Test(arguments: [
    ("1.0", #""s3BucketArn": "arn:aws:s3:::images""#), ("2.0", #""s3Bucket": "images""#),
  ])
  func batch(version: String, bucket: String) throws {
    let event = """
      {"invocationSchemaVersion": "\(version)", "invocationId": "YXNk", "job": {"id": "f3cc", "userArguments": {}},
       "tasks": [{"taskId": "dGFz", "s3Key": "a+%2B.jpg", "s3VersionId": null, \(bucket)}]}
      """
    guard case .tasks(let operation) = try self.event(event) else {
      Issue.record("no tasks")
      return
    }
    let task = BatchOperation.Task(
      id: "dGFz", object: ObjectEvent(S3Location(bucket: "images", key: "a +.jpg")))
    #expect(operation.tasks == [task] && operation.version == version && operation.id == "YXNk")
    #expect(
      operation.answer([(.succeeded, "cat")]).text
        == #"{"invocationSchemaVersion":"\#(version)","treatMissingKeysAs":"TemporaryFailure","invocationId":"YXNk","#
        + #""results":[{"taskId":"dGFz","resultCode":"Succeeded","resultString":"cat"}]}"#)
  }

  @Test(arguments: [
    ("", "not JSON"), ("garbage", "not JSON"), ("{}", "this event is not supported"),
    ("[1]", "this event is not supported"),
    ("null", "this event is not supported"), (#"{"Records": {}}"#, "this event is not supported"),
    (#"{"Records": [7]}"#, "Records[0].eventSource: this is missing"),
    (#"{"Records": [{"eventSource": "aws:dynamodb"}]}"#, "aws:dynamodb"),
    (#"{"Records": [{"eventSource": "aws:s3"}]}"#, "Records[0].eventName"),
    (
      #"{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": 5}}}]}"#,
      "Records[0].s3.bucket.name: a string should be here, not a number"
    ),
    (#"{"Records": [{"EventSource": "aws:sns", "Sns": {"Message": "x"}}]}"#, "Records[0].Sns.Message"),
    (#"{"invocationSchemaVersion": "3.0", "tasks": []}"#, "3.0"),
    (#"{"invocationSchemaVersion": "1.0", "invocationId": "x", "tasks": [{}]}"#, "tasks[0]"),
  ])
  func garbage(text: String, reason: String) {
    let error = #expect(throws: EventError.self) { try event(text) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test func endlessWrapping() {
    var text = Self.notification
    for _ in 0..<6 { text = #"{"Type": "Notification", "TopicArn": "x", "Message": \#(quoted(text))}"# }
    #expect(throws: EventError.self) { try event(text) }
  }
}
