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
  static let object = S3Location(
    bucket: "images", key: "this im + age.jpg", versionID: "096fKKXTRTtl3on89fVO.nfljtsv6qko")

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
    #expect(try event(many) == .objects([Self.object, Self.object]))
    #expect(try event("{\"Records\": []}") == .objects([]))
    #expect(
      try event(
        #"{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2014-10-13T15:57:02.089Z","Bucket":"images"}"#
      )
        == .objects([]))
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
    #expect(
      try self.event(event) == .objects([S3Location(bucket: "images", key: "a+b %2B.jpg", versionID: "v1")]))
    #expect(try self.event(event.replacing("Object Created", with: "Object Deleted")) == .objects([]))
    #expect(throws: EventError.self) { try self.event(event.replacing("aws.s3", with: "aws.ec2")) }
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
    #expect(messages.map(\.id) == ["m0", "m1", "m2", "m3"])
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
    let task = BatchOperation.Task(id: "dGFz", object: S3Location(bucket: "images", key: "a +.jpg"))
    #expect(operation.tasks == [task] && operation.version == version && operation.id == "YXNk")
    #expect(
      operation.answer([(.succeeded, "cat")]).text
        == #"{"invocationSchemaVersion":"\#(version)","treatMissingKeysAs":"TemporaryFailure","invocationId":"YXNk","#
        + #""results":[{"taskId":"dGFz","resultCode":"Succeeded","resultString":"cat"}]}"#)
  }

  @Test(arguments: [
    ("", "not JSON"), ("garbage", "not JSON"), ("{}", "no event that is known"),
    ("[1]", "no event that is known"),
    ("null", "no event that is known"), (#"{"Records": {}}"#, "no event that is known"),
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
