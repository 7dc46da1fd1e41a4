import Foundation
import LambdaRuntime
import TestSupport
import Testing

@testable import Classifier

/// What is made ready before the first event. The old code loaded a model only where `preload` said so.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct PreloadTests {
  private let scratch: Scratch
  private let means: [UInt8]

  init() throws {
    scratch = try Scratch()
    means = Array(try Data(contentsOf: URL(fileURLWithPath: Fixtures.directory("Classifier") + "/means.h5")))
  }

  struct Case: Sendable {
    /// What is said of each model: `a`, `b`...
    let models: [String]
    let loaded: [String]
  }

  @Test(arguments: [
    Case(models: [""], loaded: ["a"]), Case(models: ["preload: false"], loaded: []),
    Case(models: ["when: {prefix: 'x'}"], loaded: ["a"]),
    Case(models: ["when: {prefix: 'x'}", ""], loaded: ["b"]),
    Case(models: ["when: {prefix: 'x'}", "when: {suffix: '.png'}"], loaded: []),
    Case(models: ["", "", "preload: false"], loaded: ["a", "b"]),
    Case(models: ["when: {prefix: 'x'}, preload: true", "preload: 'auto'"], loaded: ["a", "b"]),
  ])
  func models(given: Case) throws {
    try FakeS3.run { s3 in
      let names = ["a", "b", "c"]
      for name in names { s3.put("/models/\(name).h5", means, eTag: "1-\(name)") }
      let models = zip(names, given.models).map { "{name: '\($0)', source: 's3://models/\($0).h5', \($1)}" }
      _ = try s3.application(scratch, "{models: [\(models.joined(separator: ", "))]}")
      let loaded = names.filter { s3.log.contains("GET /models/\($0).h5") }
      #expect(loaded == given.loaded)
    }
  }

  /// The function starts also when a model comes late or not at all.
  @Test(arguments: [true, false]) func aModelThatDoesNotCome(isSlow: Bool) throws {
    try FakeS3.run { s3 in
      s3.put("/models/a.h5", means)
      s3.put(Tagging.path, Tagging.red)
      s3.setReply { line in
        guard line == "GET /models/a.h5" else { return nil }
        return isSlow ? [.wait(seconds: 60)] : FakeS3.error(403, "AccessDenied")
      }
      let text = Tagging.text().replacing("means.h5", with: "s3://models/a.h5")
      let application = try s3.application(scratch, text, initTime: 0.5)
      s3.setReply { _ in nil }
      let answer = try application.answer(Events.notification("a.png"))
      #expect((answer["objects"] as? [NSDictionary])?.first?["status"] as? String == "tagged")
    }
  }
}
