import Foundation
import LambdaRuntime
import Synchronization
import TestSupport
import Testing

@testable import Classifier
@testable import S3

/// What S3 says of a failure, and what is made of it. The old code asked by HEAD, whose answers have no code: an
/// expired token was called SSE-C, a RequestTimeout was not tried again, and a missing bucket was a success.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct DiagnosisTests {
  @Test(arguments: ["ExpiredToken", "InvalidToken"], ["GET", "PUT"])
  func credentialsThatAreTooOld(code: String, method: String) throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Tagging.red)
      s3.setReply { $0 == "\(method) \(Tagging.path)" ? FakeS3.error(400, code) : nil }
      let tagger = try s3.tagger()
      #expect(!tagger.needsNewCredentials)
      let result = tagger.process(Tagging.object)
      #expect(result.status == .failed && result.isTransient && result.text.contains(code), "\(result.text)")
      #expect(tagger.needsNewCredentials && !result.text.contains("SSE-C"))
    }
  }

  /// Wherever they are refused: some servers answer by 403.
  @Test(arguments: ["?ownershipControls", "?acl"], [400, 403])
  func credentialsForAccessLists(query: String, status: Int) throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Tagging.red)
      s3.setOwnership("ObjectWriter")
      s3.setReply { $0.hasSuffix(query) ? FakeS3.error(status, "ExpiredToken") : nil }
      let tagger = try s3.tagger()
      let result = tagger.process(Tagging.object)
      #expect(result.status == .failed && result.isTransient && tagger.needsNewCredentials, "\(result.text)")
      #expect(!result.text.contains("ignore"), "\(result.text)")
    }
  }

  @Test func credentialsForAModel() throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Tagging.red)
      s3.setReply { $0 == "GET /models/a.h5" ? FakeS3.error(400, "ExpiredToken") : nil }
      let tagger = try s3.tagger(Tagging.text().replacing("means.h5", with: "s3://models/a.h5"))
      let result = tagger.process(Tagging.object)
      #expect(result.status == .failed && result.isTransient && tagger.needsNewCredentials, "\(result.text)")
    }
  }

  /// The process ends itself once the event is answered, in whatever way that is.
  @Test(arguments: [true, false]) func theProcessEnds(isQueue: Bool) throws {
    let scratch = try Scratch()
    try FakeS3.run { s3 in
      for key in ["a.png", "b.png"] { s3.put("/images/" + key, Tagging.red) }
      s3.setReply { $0 == "GET /images/a.png" ? FakeS3.error(400, "ExpiredToken") : nil }
      let application = try s3.application(scratch)
      #expect(application.mustEnd == nil)
      if isQueue {
        let answer = try application.answer(Events.queue(("g1", ["a.png"]), ("g2", ["b.png"])))
        #expect(answer == ["batchItemFailures": [["itemIdentifier": "m0"]]])
      } else {
        #expect(throws: InvocationFailure.self) {
          try application.answer(Events.notification("a.png", "b.png"))
        }
      }
      #expect(
        application.mustEnd?.contains("expired") == true && s3.metadata("/images/b.png")["colour"] == "red")
    }
  }

  @Test func aRequestTimeoutIsTriedAgain() throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Tagging.red)
      let count = Atomic(0)
      s3.setReply { _ in
        count.add(1, ordering: .relaxed).oldValue == 0 ? FakeS3.error(400, "RequestTimeout") : nil
      }
      let retry = RetryPolicy(attempts: 2, baseDelay: 0, maximumDelay: 0)
      let result = try s3.tagger(retry: retry).process(Tagging.object)
      #expect(result.status == .tagged, "\(result.text)")
    }
  }

  @Test(arguments: [("NoSuchBucket", "failed"), ("NoSuchKey", "gone"), ("", "failed")], [false, true])
  func whatIsNotThere(answer: (code: String, status: String), isCopy: Bool) throws {
    try FakeS3.run { s3 in
      s3.setReply { _ in answer.code.isEmpty ? [.answer(404, [:], "<html>")] : FakeS3.error(404, answer.code)
      }
      let result = try s3.tagger().process(Tagging.object, isCopy: isCopy)
      #expect(result.status.rawValue == answer.status && !result.isTransient, "\(result.text)")
      if answer.status == "failed" {
        #expect(result.text.contains("404") || result.text.contains("NoSuchBucket"))
      }
    }
  }
}
