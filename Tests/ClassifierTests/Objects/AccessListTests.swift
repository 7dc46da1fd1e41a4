import S3
import TestSupport
import Testing

@testable import Classifier

/// S3 copies no access control list: the old code, which writes by a copy, made a public image private without a word.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct AccessListTests {
  private static let everybody = "http://acs.amazonaws.com/groups/global/AllUsers"
  private static let publicRead =
    "<Grant><Grantee><URI>\(everybody)</URI></Grantee><Permission>READ</Permission></Grant>"

  private func process(
    _ s3: FakeS3, _ write: String = "to: 'metadata'", grants: String = publicRead,
    ownership: String = "ObjectWriter"
  ) throws -> ObjectResult {
    s3.put(Tagging.path, Tagging.red)
    s3[Tagging.path]?.grants = grants
    s3.setOwnership(ownership)
    return try s3.tagger(Tagging.text(write: write)).process(Tagging.object)
  }

  @Test(arguments: ["to: 'metadata'", "to: 'both'"]) func grantsAreNotLost(write: String) throws {
    try FakeS3.run { s3 in
      let result = try process(s3, write)
      #expect(result.status == .failed && !result.isTransient)
      #expect(result.reason?.contains("access control list") == true, "\(result.text)")
      #expect(result.reason?.contains(#"{"acl": "keep"}"#) == true, "\(result.text)")
      #expect(s3.copies.isEmpty && s3.metadata().isEmpty && s3[Tagging.path]?.grants == Self.publicRead)
    }
  }

  @Test func grantsAreKept() throws {
    try FakeS3.run { s3 in
      let result = try process(s3, "acl: 'keep'")
      #expect(result.status == .tagged)
      let grants = s3.copies.first?.filter { $0.key.hasPrefix("x-amz-grant-") }
      #expect(
        grants == [
          "x-amz-grant-read": "uri=\"\(Self.everybody)\"", "x-amz-grant-full-control": "id=\"me\"",
        ])
    }
  }

  @Test(arguments: ["acl: 'ignore'", "to: 'tags'"]) func nobodyLooks(write: String) throws {
    try FakeS3.run { s3 in
      let result = try process(s3, write)
      #expect(result.status == .tagged)
      #expect(s3.ownershipQuestions == 0 && !s3.log.contains { $0.hasSuffix("?acl") })
    }
  }

  @Test(arguments: ["refuse", "keep"]) func anOwnersOwnGrant(policy: String) throws {
    try FakeS3.run { s3 in
      let result = try process(s3, "acl: '\(policy)'", grants: "")
      #expect(result.status == .tagged)
      #expect(s3.log.count { $0 == "GET /images/a.png?acl" } == 1)
      #expect(s3.copies.first?.keys.contains { $0.hasPrefix("x-amz-grant-") } == false)
    }
  }

  /// New buckets have no lists, which is asked for once a process.
  @Test func bucketsWithoutLists() throws {
    try FakeS3.run { s3 in
      let tagger = try s3.tagger()
      for key in ["a.png", "b.png", "c.png"] {
        s3.put("/images/" + key, Tagging.red)
        #expect(tagger.process(S3Location(bucket: "images", key: key)).status == .tagged)
      }
      #expect(s3.ownershipQuestions == 1 && !s3.log.contains { $0.hasSuffix("?acl") })
    }
  }

  /// Without permission for the bucket's setting the object's list is read; without that permission either, it fails.
  @Test func missingRights() throws {
    try FakeS3.run { s3 in
      s3.setReply { $0.hasSuffix("?ownershipControls") ? FakeS3.error(403, "AccessDenied") : nil }
      #expect(try process(s3, "acl: 'keep'").status == .tagged)
      #expect(s3.copies.first?["x-amz-grant-read"] != nil)
      s3.setReply { line in
        ["?ownershipControls", "?acl"].contains { line.hasSuffix($0) }
          ? FakeS3.error(403, "AccessDenied") : nil
      }
      let result = try process(s3)
      #expect(result.status == .failed && !result.isTransient)
      #expect(result.reason?.contains("s3:GetObjectAcl") == true, "\(result.text)")
      #expect(result.reason?.contains(#"{"acl": "ignore"}"#) == true && s3.metadata().isEmpty)
    }
  }

  /// A request that fails temporarily is made again.
  @Test func passingFailures() throws {
    try FakeS3.run { s3 in
      let tagger = try s3.tagger()
      s3.put(Tagging.path, Tagging.red)
      s3.setReply { $0.hasSuffix("?ownershipControls") ? FakeS3.error(503, "SlowDown") : nil }
      let result = tagger.process(Tagging.object)
      #expect(result.status == .failed && result.isTransient && s3.metadata().isEmpty)
      s3.setReply { _ in nil }
      #expect(tagger.process(Tagging.object).status == .tagged && s3.ownershipQuestions == 1)
    }
  }

  /// S3 answers a deleted object's list by 404, and a deleted bucket's too.
  @Test func goneMeanwhile() throws {
    try FakeS3.run { s3 in
      s3.setReply { $0.hasSuffix("?acl") ? FakeS3.error(404, "NoSuchKey") : nil }
      let object = try process(s3)
      #expect(object.status == .gone)
      s3.setReply { $0.hasSuffix("?ownershipControls") ? FakeS3.error(404, "NoSuchBucket") : nil }
      let bucket = try process(s3)
      #expect(bucket.status == .failed)
    }
  }
}
