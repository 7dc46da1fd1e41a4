import Digests
import S3
import Synchronization
import System
import TestSupport
import Testing

@testable import Classifier

/// Tags have no condition: one function's may land on an image that has been replaced, and labelled, meanwhile.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct TagRaceTests {
  struct Setup: Sendable, CustomStringConvertible {
    let to: String
    let key: String?
    let isOpaque: Bool
    var description: String { "\(to), key: \(key ?? "none"), opaque: \(isOpaque)" }

    static let all = ["tags", "both"].flatMap { to in
      [nil, "0123456789abcdef"].flatMap { key in
        [false, true].map { Setup(to: to, key: key, isOpaque: $0) }
      }
    }
  }

  /// The object becomes another image, which another function labels, before the first request of a kind is carried
  /// out. The old code left the old image's labels in the tags permanently.
  private func replace(before line: String, _ setup: Setup) throws {
    try FakeS3.run { s3 in
      @Sendable func put(_ bytes: [UInt8]) {
        s3.put(Tagging.path, bytes)
        s3[Tagging.path]?.isOpaque = setup.isOpaque
      }
      put(Tagging.red)
      let text = Tagging.text(write: "to: '\(setup.to)'")
      let (first, other) = (try s3.tagger(text, key: setup.key), try s3.tagger(text, key: setup.key))
      let isReplaced = Atomic(false)
      let otherStatus = Mutex<ObjectResult.Status?>(nil)
      s3.setReply { request in
        if request == line, !isReplaced.exchange(true, ordering: .relaxed) {
          put(Tagging.blue)
          let status = other.process(Tagging.object).status
          otherStatus.withLock { $0 = status }
        }
        return nil
      }
      let result = first.process(Tagging.object)
      #expect(otherStatus.withLock { $0 } == .tagged)
      #expect([.tagged, .skipped, .superseded].contains(result.status), "\(result)")
      #expect(
        s3[Tagging.path]?.tags["colour"] == "blue" && s3[Tagging.path]?.tags["colour-score"] == "0.8000")
      if setup.to == "both" { #expect(s3.metadata()["colour"] == "blue") }
      // All is said: nothing more is written.
      s3.clearLog()
      #expect(first.process(Tagging.object).status == .skipped)
      #expect(!s3.log.contains { $0.hasPrefix("PUT") })
    }
  }

  @Test(arguments: Setup.all) func tagsThatComeLate(setup: Setup) throws {
    try replace(before: "PUT /images/a.png?tagging", setup)
  }

  @Test(arguments: Setup.all.filter { $0.to == "both" }) func copiesThatComeLate(setup: Setup) throws {
    try replace(before: "PUT /images/a.png", setup)
  }

  /// One that is replaced again and again comes back later.
  @Test func replacedAgainAndAgain() throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Tagging.red)
      let count = Atomic(0)
      s3.setHook { line, objects in
        guard line == "PUT /images/a.png?tagging" else { return nil }
        let number = count.add(1, ordering: .relaxed).newValue
        let bytes = number % 2 == 1 ? Tagging.blue : Tagging.red
        objects[Tagging.path]?.bytes = bytes
        objects[Tagging.path]?.eTag = Digest.md5(bytes).hex
        return nil
      }
      let result = try s3.tagger(Tagging.text(write: "to: 'tags'")).process(Tagging.object)
      #expect(result.status == .failed && result.isTransient, "\(result)")
    }
  }
}
