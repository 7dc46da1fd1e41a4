import Foundation
import LambdaRuntime
import Synchronization
import TestSupport
import Testing

@testable import Classifier
@testable import S3

/// Events with several objects.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct ManyObjectsTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private static let keys = (0..<20).map { "\($0).png" }

  /// - Returns: the labels that are right, by key.
  private func fill(_ s3: FakeS3) -> [String: String] {
    var labels: [String: String] = [:]
    for (index, key) in Self.keys.enumerated() {
      labels[key] = ["red", "green", "blue"][index % 3]
      let picture = Picture.png(
        red: index % 3 == 0 ? 255 : 0, green: index % 3 == 1 ? 255 : 0, blue: index % 3 == 2 ? 255 : 0)
      s3.put("/images/" + key, picture)
    }
    return labels
  }

  private func expectLabels(_ answer: NSDictionary, _ s3: FakeS3, _ labels: [String: String]) throws {
    let objects = try #require(answer["objects"] as? [NSDictionary])
    #expect(objects.map { $0["key"] as? String } == Self.keys)
    #expect(objects.allSatisfy { $0["status"] as? String == "tagged" })
    for object in objects {
      let key = try #require(object["key"] as? String)
      let best = ((object["models"] as? NSDictionary)?["colour"] as? [NSDictionary])?.first
      #expect(
        best?["label"] as? String == labels[key] && s3.metadata("/images/" + key)["colour"] == labels[key])
    }
  }

  /// The old code looked at one after the other: the first GET here waits for a second one, which never came.
  @Test func theyOverlap() throws {
    try FakeS3.run { s3 in
      let labels = fill(s3)
      let application = try s3.application(scratch)
      let waiting = Mutex((now: 0, most: 0))
      let end = Date(timeIntervalSinceNow: Patience.seconds)
      s3.setReply { line in
        guard line.hasPrefix("GET /images/"), line.hasSuffix(".png") else { return nil }
        waiting.withLock {
          $0.now += 1; $0.most = max($0.most, $0.now)
        }
        while waiting.withLock({ $0.most }) < 3, Date() < end { usleep(1000) }
        waiting.withLock { $0.now -= 1 }
        return nil
      }
      try expectLabels(try application.answer(Events.notification(Self.keys)), s3, labels)
      #expect(waiting.withLock { $0.most } >= 3)
    }
  }

  /// Bodies wait for memory, also those that are larger than all that there is.
  @Test(arguments: [1, 100, 1 << 20]) func memory(bytes: Int) throws {
    try FakeS3.run { s3 in
      let labels = fill(s3)
      let tagger = try s3.tagger(bodies: bytes)
      let schedule = ObjectSchedule(
        objects: Self.keys.map { ObjectEvent(S3Location(bucket: "images", key: $0)) })
      let results = ObjectPipeline.run(
        schedule, process: { tagger.process($0, $1, decodesEarly: false) }, idle: { false }
      ).results
      #expect(results.map { $0?.object.key } == Self.keys)
      for result in results {
        let result = try #require(result)
        #expect(
          result.status == .tagged && result.findings.first?.labels.first?.label == labels[result.object.key])
      }
    }
  }

  /// The same with failures on the way, whose memory must come back.
  @Test func memoryOfFailures() throws {
    try FakeS3.run { s3 in
      _ = fill(s3)
      let count = Atomic(0)
      s3.setBodyFilter { _, bytes in
        var bytes = bytes
        if count.add(1, ordering: .relaxed).oldValue % 3 != 0 { bytes[45] ^= 1 }
        return bytes
      }
      let tagger = try s3.tagger(bodies: 1)
      let objects = Self.keys.map { ObjectEvent(S3Location(bucket: "images", key: $0)) }
      for _ in 0..<2 {
        let results = ObjectPipeline.run(
          ObjectSchedule(objects: objects), process: { tagger.process($0, $1, decodesEarly: false) },
          idle: { false }
        ).results.compactMap { $0 }
        #expect(results.count == 20)
        for result in results where result.status == .failed { #expect(result.isTransient, "\(result.text)") }
      }
    }
  }

  /// Looked at twice, one after the other: the second time there is nothing to do.
  @Test func namedTwice() throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Tagging.red)
      let application = try s3.application(scratch)
      let answer = try application.answer(Events.notification("a.png", "a.png"))
      let statuses = (answer["objects"] as? [NSDictionary])?.map { $0["status"] as? String }
      #expect(statuses == ["tagged", "skipped"])
      #expect(s3.log.filter { $0.contains("a.png") } == ["GET", "PUT", "GET"].map { "\($0) /images/a.png" })
    }
  }

  /// The old code handled the messages behind a failed one, which then came again behind its successors.
  @Test func groupsOfAFIFOQueue() throws {
    try FakeS3.run { s3 in
      _ = fill(s3)
      s3.put("/images/bad.png", Array("GIF89a".utf8))
      let application = try s3.application(scratch)
      let event = Events.queue(
        ("a", ["0.png"]), ("b", ["1.png"]), ("a", ["2.png", "bad.png"]), ("a", ["3.png"]), ("b", ["4.png"]),
        ("a", ["5.png"]))
      let answer = try application.answer(event)
      #expect(
        answer == ["batchItemFailures": ["m2", "m3", "m5"].map { ["itemIdentifier": $0] }], "\(answer)")
      for key in ["3.png", "5.png"] { #expect(!s3.log.contains { $0.hasSuffix("/" + key) }) }
      for key in ["0.png", "1.png", "2.png", "4.png"] {
        #expect(s3.metadata("/images/" + key)["colour"] != nil, "\(key)")
      }
    }
  }

  /// Objects that wait for a model that is slow to come are not slow themselves: there is time for others. Tried with
  /// more and more time, so that a slow machine may take part.
  @Test func aSlowModel() throws {
    let source = Array(
      try Data(contentsOf: URL(fileURLWithPath: Fixtures.directory("Classifier") + "/means.h5")))
    var reasons: [String] = []
    for limit in Patience.limits.map({ $0 * 2 }) where limit < 100 {
      reasons = try FakeS3.run { s3 in
        _ = fill(s3)
        s3.put("/models/slow.h5", source)
        s3.setReply { line in
          if line == "GET /models/slow.h5" { Thread.sleep(forTimeInterval: limit * 0.4) }
          return nil
        }
        let scratch = try Scratch()
        let text = Tagging.text(", preload: false").replacing("means.h5", with: "s3://models/slow.h5")
        let application = try s3.application(scratch, text)
        do throws(InvocationFailure) {
          let deadline = Int64((Date().timeIntervalSince1970 + limit) * 1000)
          _ = try application.handle(
            Invocation(
              requestID: "r", deadline: deadline, body: Array(Events.notification(Self.keys).utf8)))
          return []
        } catch {
          return [error.message]
        }
      }
      if reasons.isEmpty { break }
    }
    #expect(reasons.isEmpty, "\(reasons)")
  }
}
