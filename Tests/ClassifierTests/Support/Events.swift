import Foundation
import LambdaRuntime
import TestSupport

@testable import Classifier

/// Events about objects in the bucket `images`.
enum Events {
  static func notification(_ keys: String..., name: String = "ObjectCreated:Put") -> String {
    notification(keys, name: name)
  }

  static func notification(_ keys: [String], name: String = "ObjectCreated:Put") -> String {
    let records = keys.map {
      #"{"eventSource":"aws:s3","eventName":"\#(name)","s3":{"bucket":{"name":"images"},"object":{"key":"\#($0)"}}}"#
    }
    return "{\"Records\":[\(records.joined(separator: ","))]}"
  }

  /// Messages `m0`, `m1`... of a FIFO queue: their groups and objects.
  static func queue(_ messages: (group: String, keys: [String])...) -> String {
    let records = messages.enumerated().map { index, message in
      let body = notification(message.keys).replacing("\"", with: "\\\"")
      return
        #"{"messageId":"m\#(index)","eventSource":"aws:sqs","attributes":{"MessageGroupId":"\#(message.group)"},"#
        + #""body":"\#(body)"}"#
    }
    return "{\"Records\":[\(records.joined(separator: ","))]}"
  }
}

extension FakeS3 {
  /// - Parameter initTime: seconds that the start may take.
  func application(
    _ scratch: Scratch, _ text: String = Tagging.text(), initTime: Double = Patience.seconds
  ) throws -> Application {
    try Data(text.utf8).write(to: URL(fileURLWithPath: scratch.path("thimble.json")))
    var environment = environment
    environment["THIMBLE_CONFIG"] = scratch.path("thimble.json")
    environment["THIMBLE_CACHE"] = scratch.path("cache")
    environment["LAMBDA_TASK_ROOT"] = Fixtures.directory("Classifier")
    return try Application(
      environment: environment, logger: Logger(environment: ["THIMBLE_LOG": "error"]), initTime: initTime)
  }
}

extension Application {
  func answer(_ event: String, seconds: Double = Patience.seconds) throws -> NSDictionary {
    let deadline = Int64((Date().timeIntervalSince1970 + seconds) * 1000)
    let answer = try handle(Invocation(requestID: "r", deadline: deadline, body: Array(event.utf8)))
    return try JSONSerialization.jsonObject(with: Data(answer)) as? NSDictionary ?? [:]
  }
}
