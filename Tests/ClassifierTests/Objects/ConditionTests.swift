import S3
import TestSupport
import Testing

@testable import Classifier

/// A refused condition is not believed without a look at the object.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct ConditionTests {
  /// Labels a red image while the copy of its metadata is answered by 412.
  private func refused(
    _ change: @escaping @Sendable (inout [String: FakeS3.Object]) -> Void
  ) throws -> (result: ObjectResult, metadata: [String: String]) {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Tagging.red)
      s3.setHook { line, objects in
        guard line == "PUT \(Tagging.path)" else { return nil }
        change(&objects)
        return 412
      }
      return (try s3.tagger().process(Tagging.object), s3.metadata())
    }
  }

  /// The old code called it `superseded`, a success, and the labels were lost.
  @Test func theSameIsStillThere() throws {
    let (result, metadata) = try refused { _ in }
    #expect(result.status == .failed && result.isTransient && metadata.isEmpty, "\(result)")
    #expect(result.text.contains("PreconditionFailed") && result.text.contains("still has the ETag"))
  }

  @Test func anotherIsThere() throws {
    let (result, _) = try refused { $0[Tagging.path]?.eTag = "other" }
    #expect(result.status == .superseded && result.reason == nil)
  }

  /// The old code called it `superseded`.
  @Test func noneIsThere() throws {
    let (result, _) = try refused { $0 = [:] }
    #expect(result.status == .gone)
  }
}
