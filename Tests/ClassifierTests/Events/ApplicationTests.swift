import Foundation
import LambdaRuntime
import TestSupport
import Testing

@testable import Classifier
@testable import S3

/// What the function answers to events of all kinds.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct ApplicationTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func application(_ s3: FakeS3) throws -> Application {
    try s3.application(
      scratch, "{models: [{name: 'colour', source: 'means.h5', labels: ['red', 'green', 'blue']}]}")
  }

  private func handle(
    _ application: Application, _ event: String, milliseconds: Int64 = Int64(Patience.seconds * 1000)
  ) throws -> NSDictionary {
    let deadline = Int64(Date().timeIntervalSince1970 * 1000) + milliseconds
    let answer = try application.handle(
      Invocation(requestID: "r", deadline: deadline, body: Array(event.utf8)))
    return try #require(try JSONSerialization.jsonObject(with: Data(answer)) as? NSDictionary)
  }

  private func notification(_ keys: String...) -> String { Events.notification(keys) }

  private func queue(_ bodies: String...) -> String {
    let records = bodies.enumerated().map { index, body in
      let text = body.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      return #"{"messageId":"m\#(index)","eventSource":"aws:sqs","body":"\#(text)"}"#
    }
    return "{\"Records\":[\(records.joined(separator: ","))]}"
  }

  private func fill(_ s3: FakeS3) {
    s3.put("/images/good.png", Picture.png(red: 255, green: 0, blue: 0))
    s3.put("/images/bad.png", Array("GIF89a".utf8))
  }

  @Test func notifications() throws {
    try FakeS3.run { s3 in
      fill(s3)
      let application = try application(s3)
      let failure = #expect(throws: InvocationFailure.self) {
        try handle(application, notification("bad.png", "good.png", "gone.png"))
      }
      #expect(failure?.type == "Function.ObjectsFailed")
      #expect(failure?.message.hasPrefix("1 of 3 objects failed: s3://images/bad.png: ") == true)
      let answer = try handle(application, notification("good.png", "gone.png"))
      let objects = try #require(answer["objects"] as? [NSDictionary])
      #expect(objects.map { $0["status"] as? String } == ["skipped", "gone"])
      #expect(try handle(application, #"{"Event": "s3:TestEvent"}"#) == ["objects": NSArray()])
    }
  }

  @Test func queueMessages() throws {
    try FakeS3.run { s3 in
      fill(s3)
      let application = try application(s3)
      let event = queue(
        notification("good.png"), notification("bad.png", "good.png"), "no JSON", notification("gone.png"))
      let answer = try handle(application, event)
      #expect(answer == ["batchItemFailures": [["itemIdentifier": "m1"], ["itemIdentifier": "m2"]]])
      #expect(try handle(application, queue(notification("good.png"))) == ["batchItemFailures": NSArray()])
      let failure = #expect(throws: InvocationFailure.self) {
        try handle(application, queue(notification("bad.png"), "no JSON"))
      }
      #expect(failure?.message.hasPrefix("2 of 2 messages failed: message m0: s3://images/bad.png") == true)
    }
  }

  @Test func batchOperations() throws {
    try FakeS3.run { s3 in
      fill(s3)
      s3.put("/images/busy.png", Picture.png(red: 0, green: 0, blue: 255))
      s3.setHook { line, _ in line.hasSuffix("/busy.png") ? 503 : nil }
      let application = try application(s3)
      application.s3.clock.sleep = { _ in }
      let tasks = ["good", "bad", "gone", "busy"].map {
        #"{"taskId":"\#($0)","s3Bucket":"images","s3Key":"\#($0).png","s3VersionId":null}"#
      }
      let event =
        #"{"invocationSchemaVersion":"2.0","invocationId":"i","job":{"id":"j"},"tasks":[\#(tasks.joined(separator: ","))]}"#
      let answer = try handle(application, event)
      let results = try #require(answer["results"] as? [NSDictionary])
      #expect(results.map { $0["taskId"] as? String } == ["good", "bad", "gone", "busy"])
      #expect(
        results.map { $0["resultCode"] as? String } == [
          "Succeeded", "PermanentFailure", "Succeeded", "TemporaryFailure",
        ])
      #expect(results[0]["resultString"] as? String == "colour=red 1.0000")
      #expect(
        answer["invocationId"] as? String == "i" && answer["invocationSchemaVersion"] as? String == "2.0")
    }
  }

  @Test func noTimeLeft() throws {
    try FakeS3.run { s3 in
      fill(s3)
      let application = try application(s3)
      let failure = #expect(throws: InvocationFailure.self) {
        try handle(application, notification("good.png"), milliseconds: 200)
      }
      #expect(failure?.message.contains("s3://images/good.png: not started") == true && s3.log.isEmpty)
      #expect(try handle(application, notification("good.png"))["objects"] != nil)
    }
  }

  @Test func garbage() throws {
    try FakeS3.run { s3 in
      let application = try application(s3)
      let failure = #expect(throws: InvocationFailure.self) { try handle(application, "garbage") }
      #expect(failure?.type == "Function.BadEvent" && failure?.message.contains("not JSON") == true)
    }
  }

  @Test func noCredentials() throws {
    let failure = #expect(throws: InvocationFailure.self) {
      try Application(environment: [:], logger: Logger(environment: [:]))
    }
    #expect(failure?.type == "Function.BadSetup" && failure?.message.contains("AWS_ACCESS_KEY_ID") == true)
  }
}
