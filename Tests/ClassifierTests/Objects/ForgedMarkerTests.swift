import S3
import TestSupport
import Testing

@testable import Classifier

/// An uploader can give an image metadata: labels of their own, and a marker that calls them results.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct ForgedMarkerTests {
  private static let key = "0123456789abcdef"
  private static let forged = "x-amz-meta-colour"

  /// The metadata that a function writes to a red image.
  private func genuine(_ s3: FakeS3, key: String?, path: String = Tagging.path) throws -> [String: String] {
    s3.put(path, Tagging.red)
    let name = String(path.dropFirst("/images/".count))
    let result = try s3.tagger(key: key).process(S3Location(bucket: "images", key: name))
    #expect(result.status == .tagged)
    return s3[path]?.headers ?? [:]
  }

  /// The old code believed any marker of the right form, and left the labels as they were.
  @Test func anUpload() throws {
    try FakeS3.run { s3 in
      var headers = try genuine(s3, key: nil)
      headers[Self.forged] = "harmless"
      s3.put(Tagging.path, Tagging.red)
      s3[Tagging.path]?.headers = headers
      let tagger = try s3.tagger()
      #expect(tagger.process(Tagging.object).status == .tagged && s3.metadata()["colour"] == "red")
      // Without a key only a copy is believed.
      s3.clearLog()
      #expect(tagger.process(Tagging.object, isCopy: true).status == .skipped)
      #expect(s3.log == ["GET /images/a.png"])
    }
  }

  @Test(arguments: [false, true]) func withAKey(isCopy: Bool) throws {
    try FakeS3.run { s3 in
      let headers = try genuine(s3, key: Self.key)
      let elsewhere = try genuine(s3, key: Self.key, path: "/images/b.png")
      let ofAnotherKey = try genuine(s3, key: "fedcba9876543210")
      let withoutKey = try genuine(s3, key: nil)
      let tagger = try s3.tagger(key: Self.key)
      func process(_ headers: [String: String]) -> ObjectResult.Status {
        s3.put(Tagging.path, Tagging.red)
        s3[Tagging.path]?.headers = headers
        s3.clearLog()
        return tagger.process(Tagging.object, isCopy: isCopy).status
      }
      let marker = "x-amz-meta-thimble"
      let text = try #require(headers[marker])
      #expect(
        text.split(separator: "-").map(\.count) == [16, 16, 16]
          && withoutKey[marker]?.split(separator: "-").count == 2)
      var forgeries: [(String, [String: String])] = [
        ("the marker of another object", elsewhere), ("another key", ofAnotherKey), ("no code", withoutKey),
      ]
      forgeries.append(("another label", headers.merging([Self.forged: "harmless"]) { $1 }))
      forgeries.append(("no label", headers.filter { $0.key != Self.forged }))
      forgeries.append(("an error beside", headers.merging(["x-amz-meta-colour-error": "none"]) { $1 }))
      forgeries.append(
        ("a made-up code", headers.merging([marker: text.dropLast(16) + "0123456789abcdef"]) { $1 }))
      for (what, forgery) in forgeries {
        #expect(process(forgery) == .tagged, "\(what)")
        #expect(s3[Tagging.path]?.headers == headers, "\(what)")
      }
      // A genuine one is, also beside metadata of others.
      for more in [[:], ["x-amz-meta-owner": "me"]] {
        #expect(process(headers.merging(more) { $1 }) == .skipped)
        #expect(s3.log == ["GET /images/a.png"])
      }
    }
  }

  /// Delivered twice, as events may be: written once.
  @Test(arguments: [nil, key], [false, true]) func twice(key: String?, isOpaque: Bool) throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Tagging.red)
      s3[Tagging.path]?.isOpaque = isOpaque
      let tagger = try s3.tagger(key: key)
      #expect(tagger.process(Tagging.object).status == .tagged)
      let again = tagger.process(Tagging.object)
      #expect(again.status == .skipped && again.reason == "current")
      #expect(s3.log.count { $0.hasPrefix("PUT") } == 1)
    }
  }

  /// Tags are an uploader's too.
  @Test(arguments: [nil, key]) func tags(key: String?) throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Tagging.red)
      let tagger = try s3.tagger(Tagging.text(write: "to: 'tags'"), key: key)
      #expect(tagger.process(Tagging.object).status == .tagged)
      s3[Tagging.path]?.tags["colour"] = "harmless"
      for isCopy in [false, true] {
        s3[Tagging.path]?.tags["colour"] = "harmless"
        #expect(tagger.process(Tagging.object, isCopy: isCopy).status == .tagged)
        #expect(s3[Tagging.path]?.tags["colour"] == "red")
      }
    }
  }
}
