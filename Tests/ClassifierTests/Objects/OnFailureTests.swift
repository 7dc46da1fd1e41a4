import Foundation
import LambdaRuntime
import S3
import TestSupport
import Testing

@testable import Classifier

/// `onFailure: mark`: an image that can never be labelled says so itself, and is not retried. The old
/// code had no such setting.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct OnFailureTests {
  struct Image: Sendable, CustomStringConvertible {
    let description: String
    let bytes: [UInt8]
    let reason: String

    static let all = [
      Image(description: "damaged", bytes: Array(Tagging.red.prefix(60)), reason: "truncated"),
      Image(description: "GIF", bytes: Array("GIF89a".utf8), reason: "GIF"),
      Image(description: "empty", bytes: [], reason: "empty"),
      Image(description: "too large", bytes: [UInt8](repeating: 0, count: 1001), reason: "1000"),
    ]
  }

  private let mark = ", onFailure: 'mark'"

  @Test(arguments: Image.all, [(false, false), (false, true), (true, false), (true, true)])
  func marked(image: Image, way: (isOpaque: Bool, isAlone: Bool)) throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, image.bytes)
      s3[Tagging.path]?.isOpaque = way.isOpaque
      s3[Tagging.path]?.headers = ["x-amz-meta-owner": "me", "x-amz-meta-colour": "stale"]
      let tagger = try s3.tagger(Tagging.text(mark), limit: 1000)
      func process(isCopy: Bool) -> ObjectResult {
        way.isAlone
          ? tagger.process(Tagging.object, isCopy: isCopy)
          : tagger.processAmongOthers(Tagging.object, isCopy: isCopy)
      }
      let result = process(isCopy: false)
      #expect(result.status == .marked && result.reason?.contains(image.reason) == true, "\(result.text)")
      let error = s3.metadata()["colour-error"]
      #expect(error?.contains(image.reason) == true && (error?.utf8.count ?? 0) <= 200)
      #expect(Set(s3.metadata().keys) == ["owner", "colour-error", "thimble"])
      // The copy's own event.
      s3.clearLog()
      let again = process(isCopy: true)
      #expect(again.status == .skipped && again.reason == "current", "\(again.text)")
      #expect(!s3.log.contains { $0.hasPrefix("PUT") })
      // The same event once more.
      #expect(process(isCopy: false).status == .skipped)
      #expect(s3.log.count { $0.hasPrefix("PUT") } == 0)
      // A good image in its place, with all the metadata.
      let headers = s3[Tagging.path]?.headers ?? [:]
      s3.put(Tagging.path, Tagging.red)
      s3[Tagging.path]?.headers = headers
      #expect(process(isCopy: false).status == .tagged)
      #expect(s3.metadata()["colour"] == "red" && s3.metadata()["colour-error"] == nil)
    }
  }

  @Test(arguments: Image.all) func tags(image: Image) throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, image.bytes)
      s3[Tagging.path]?.tags = ["owner": "me", "colour": "stale"]
      let tagger = try s3.tagger(Tagging.text(mark, write: "to: 'tags'"), limit: 1000)
      #expect(tagger.process(Tagging.object).status == .marked)
      let tags = s3[Tagging.path]?.tags ?? [:]
      #expect(
        tags["colour-error"]?.contains(image.reason) == true && tags["colour"] == "" && tags["owner"] == "me")
      #expect(tagger.process(Tagging.object).status == .skipped)
      // A tag cannot be taken away alone.
      s3[Tagging.path]?.bytes = Tagging.red
      s3[Tagging.path]?.eTag = "1-2"
      #expect(tagger.process(Tagging.object).status == .tagged)
      #expect(s3[Tagging.path]?.tags["colour"] == "red" && s3[Tagging.path]?.tags["colour-error"] == "")
    }
  }

  /// Where one model wants the failure to be reported, it is.
  @Test func ofSeveralModels() throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Array("GIF89a".utf8))
      func text(_ second: String) -> String {
        "{models: [{name: 'a', source: 'means.h5', onFailure: 'mark'}, {name: 'b', source: 'green.h5', output: {activation: 'none'}\(second)}]}"
      }
      let result = try s3.tagger(text("")).process(Tagging.object)
      #expect(result.status == .failed)
      #expect(s3.metadata().isEmpty)
      #expect(try s3.tagger(text(mark)).process(Tagging.object).status == .marked)
      #expect(s3.metadata()["a-error"] != nil && s3.metadata()["b-error"] == s3.metadata()["a-error"])
    }
  }

  /// What is not the image's fault is never marked.
  @Test func otherFailures() throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Tagging.red)
      for source in ["nan.h5", "unknown-layer.h5", "s3://models/none.h5"] {
        let text = Tagging.text(mark).replacing("means.h5", with: source)
          .replacing(", labels: ['red', 'green', 'blue']", with: "")
        let result = try s3.tagger(text).process(Tagging.object)
        #expect(result.status == .failed, "\(source)")
        #expect(s3.metadata().isEmpty)
      }
    }
  }

  @Test func theInvocationSucceeds() throws {
    let scratch = try Scratch()
    try FakeS3.run { s3 in
      s3.put("/images/a.png", Tagging.red)
      s3.put("/images/b.png", Array("GIF89a".utf8))
      let application = try s3.application(scratch, Tagging.text(mark))
      let answer = try application.answer(Events.notification("b.png", "a.png"))
      let objects = try #require(answer["objects"] as? [NSDictionary])
      #expect(objects.map { $0["status"] as? String } == ["marked", "tagged"])
      #expect((objects[0]["reason"] as? String)?.contains("GIF") == true)
      #expect(try application.answer(Events.queue(("g", ["b.png"]))) == ["batchItemFailures": NSArray()])
    }
  }
}
