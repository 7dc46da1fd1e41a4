import Digests
import Foundation
import S3
import Synchronization
import System
import TestSupport
import Testing

@testable import Classifier

/// One object's way through S3, with whatever may happen to it meanwhile.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct ImageTaggerTests {
  private static let red = Picture.png(red: 255, green: 102, blue: 51)
  private static let blue = Picture.png(red: 0, green: 51, blue: 204)
  private let path = "/images/a.png"
  private let object = S3Location(bucket: "images", key: "a.png")

  private static func text(_ models: String = "", write: String = "") -> String {
    """
    {models: [{name: "colour", source: "means.h5", labels: ["red", "green", "blue"], output: {top: 2}}\(models)]
     \(write.isEmpty ? "" : ", write: {\(write)}")}
    """
  }

  private func tagger(
    _ s3: FakeS3, _ text: String = text(), limit: Int = 1 << 20, key: String? = nil
  ) throws -> ImageTagger {
    let store = try ModelStore(roots: [Fixtures.directory("Classifier")], environment: s3.environment)
    return try ImageTagger(
      configuration: Configuration(json: text.utf8, file: "thimble.json"), store: store,
      s3: S3Client(environment: s3.environment, retry: .none), fileLimit: limit,
      markerKey: key.map(MarkerKey.init))
  }

  private func metadata(_ s3: FakeS3) -> [String: String] {
    let headers = s3[path]?.headers ?? [:]
    return Dictionary(
      uniqueKeysWithValues: headers.map { ($0.key.replacing("x-amz-meta-", with: ""), $0.value) })
  }

  @Test func tagsOnce() throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      s3[path]?.headers = ["x-amz-meta-owner": "me", "x-amz-meta-colour-score": "stale"]
      let tagger = try tagger(s3)
      let result = tagger.process(object)
      #expect(result.status == .tagged && result.reason == nil)
      #expect(result.milliseconds.map(\.stage) == ["get", "wait", "model", "decode", "run", "write"])
      let written = metadata(s3)
      let marker = try #require(written["thimble"])
      #expect(marker.hasSuffix("-" + Digest.md5(Self.red).hex.prefix(16)))
      #expect(
        written == [
          "owner": "me", "colour": "red", "colour-score": "1.0000", "colour-top": "red=1.0000;green=0.4000",
          "thimble": marker,
        ])
      // The copy's own event ends at the first byte.
      s3.clearLog()
      let again = tagger.process(object, isCopy: true)
      #expect(again.status == .skipped && again.reason == "current" && s3.log == ["GET /images/a.png"])
      // On another machine too.
      #expect(try self.tagger(s3).process(object, isCopy: true).status == .skipped)
    }
  }

  /// Uploads in parts change their ETag when they are copied; with a key of KMS, each copy has another.
  @Test(arguments: [false, true]) func otherETags(isOpaque: Bool) throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red, eTag: "0123456789abcdef0123456789abcdef-2")
      s3[path]?.isOpaque = isOpaque
      let tagger = try tagger(s3)
      #expect(tagger.process(object).status == .tagged)
      s3.clearLog()
      let again = tagger.process(object, isCopy: true)
      #expect(again.status == .skipped && again.reason == "current")
      // Where the ETag does not tell, the bytes do. Nothing is written.
      #expect(s3.log == ["GET /images/a.png"] + (isOpaque ? ["GET /images/a.png"] : []))
    }
  }

  @Test(arguments: [false, true]) func replacedImageWithOldMetadata(isOpaque: Bool) throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      s3[path]?.isOpaque = isOpaque
      let tagger = try tagger(s3)
      #expect(tagger.process(object).status == .tagged)
      let headers = s3[path]?.headers ?? [:]
      s3.put(path, Self.blue)
      s3[path]?.headers = headers
      s3[path]?.isOpaque = isOpaque
      #expect(tagger.process(object).status == .tagged)
      #expect(metadata(s3)["colour-top"] == "blue=0.8000;green=0.2000")
      #expect(metadata(s3)["thimble"]?.split(separator: " ").count == 1)
      #expect(tagger.process(object).status == .skipped)
    }
  }

  @Test func changedConfiguration() throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      #expect(try tagger(s3).process(object).status == .tagged)
      let other = try tagger(s3, Self.text().replacing("top: 2", with: "top: 1"))
      #expect(other.process(object).status == .tagged)
      #expect(metadata(s3)["colour-top"] == nil && metadata(s3)["thimble"]?.contains(" ") == false)
      #expect(other.process(object).status == .skipped)
      // And back.
      #expect(try tagger(s3).process(object).status == .tagged)
    }
  }

  @Test func changedModelFile() throws {
    let scratch = try Scratch()
    let model = scratch.path("means.h5")
    let text = Self.text().replacing("means.h5", with: model).replacing(
      ", labels: [\"red\", \"green\", \"blue\"]", with: ""
    ).replacing("top: 2", with: "top: 2, activation: 'none'")
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      try FileManager.default.copyItem(atPath: Fixtures.directory("Classifier") + "/means.h5", toPath: model)
      #expect(try tagger(s3, text).process(object).status == .tagged)
      #expect(try tagger(s3, text).process(object).status == .skipped)
      try FileManager.default.removeItem(atPath: model)
      try FileManager.default.copyItem(atPath: Fixtures.directory("Classifier") + "/green.h5", toPath: model)
      #expect(try tagger(s3, text).process(object).status == .tagged)
      #expect(metadata(s3)["colour-score"] == "0.4000")
    }
  }

  /// Two functions on one bucket, each with its own model: each copy is an event for both.
  @Test func twoFunctionsComeToRest() throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      let first = try tagger(s3)
      let second = try tagger(
        s3,
        """
        {models: [
          {name: 'green', source: 'green.h5', labels: ['green'], output: {activation: 'none'}}
        ]}
        """)
      var events = [first, second]
      var writes = 0
      while let tagger = events.popLast() {
        guard tagger.process(object).status == .tagged else { continue }
        writes += 1
        events += [first, second]
        try #require(writes < 5)
      }
      #expect(writes == 2)
      #expect(
        metadata(s3)["colour"] == "red" && metadata(s3)["green"] == "green"
          && metadata(s3)["green-score"] == "0.4000")
      #expect(metadata(s3)["thimble"]?.split(separator: " ").count == 2)
    }
  }

  @Test func severalModels() throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      let models =
        ", {name: 'again', source: 'means.keras'}, {name: 'never', source: 'green.h5', when: {suffix: '.jpg'}}"
      let result = try tagger(s3, Self.text(models)).process(object)
      #expect(result.findings.map(\.model.name) == ["colour", "again"], "\(result.text)")
      #expect(metadata(s3)["again"] == "0" && metadata(s3)["never"] == nil)
      #expect(
        result.json["models"]?.text
          == #"{"colour":[{"label":"red","score":1.0},{"label":"green","score":0.4}],"again":[{"label":"0","score":1.0}]}"#
      )
    }
  }

  @Test func nothingToDo() throws {
    try FakeS3.run { s3 in
      let text = "{models: [{name: 'a', source: 'means.h5', when: {prefix: ['in/', 'a.']}}]}"
      let tagger = try tagger(s3, text)
      #expect(tagger.process(S3Location(bucket: "images", key: "out/a.png")).status == .skipped)
      #expect(tagger.process(S3Location(bucket: "images", key: "in/")).reason == "a folder")
      #expect(s3.log.isEmpty)
    }
  }

  // MARK: Meanwhile

  @Test(arguments: ["GET", "PUT"]) func deletedMeanwhile(method: String) throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      s3.setHook { line, objects in
        if line.hasPrefix(method) { objects = [:] }
        return nil
      }
      let result = try tagger(s3).process(object)
      #expect(result.status == .gone && result.reason == nil && result.findings.isEmpty)
    }
  }

  @Test func goneFailsWhereConfigured() throws {
    try FakeS3.run { s3 in
      let strict = try tagger(s3, Self.text().replacing("{models:", with: "{gone: 'fail', models:"))
      let result = strict.process(object)
      #expect(result.status == .failed && result.reason == "the object does not exist")
      #expect(!result.isTransient)
    }
  }

  @Test func replacedMeanwhile() throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      s3.setHook { [path] line, objects in
        if line.hasPrefix("PUT") { objects[path] = FakeS3.Object(bytes: Self.blue, eTag: "other") }
        return nil
      }
      let tagger = try tagger(s3)
      #expect(tagger.process(object).status == .superseded)
      #expect(metadata(s3).isEmpty)
    }
  }

  @Test func anotherVersionIsTheNewest() throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      s3[path]?.headers = ["x-amz-version-id": "v2"]
      let old = S3Location(bucket: "images", key: "a.png", versionID: "v1")
      let tagger = try tagger(s3)
      #expect(tagger.process(old).status == .superseded)
      let new = S3Location(bucket: "images", key: "a.png", versionID: "v2")
      #expect(tagger.process(new).status == .tagged)
    }
  }

  @Test func metadataThatChangedMeanwhileIsKept() throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      s3.setHook { [path] line, objects in
        if line.hasPrefix("GET") { objects[path]?.headers["x-amz-meta-new"] = "yes" }
        return nil
      }
      let tagger = try tagger(s3)
      #expect(tagger.process(object).status == .tagged)
      #expect(metadata(s3)["new"] == "yes")
    }
  }

  // MARK: Failures

  @Test(arguments: [("GET", 403), ("PUT", 403), ("GET", 500), ("PUT", 503)])
  func s3Fails(method: String, status: Int) throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      s3.setHook { line, _ in line.hasPrefix(method) ? status : nil }
      let result = try tagger(s3).process(object)
      #expect(result.status == .failed && result.isTransient == (status >= 500))
      #expect(result.text.contains("s3://images/a.png") && metadata(s3).isEmpty)
    }
  }

  @Test func badImages() throws {
    try FakeS3.run { s3 in
      let tagger = try tagger(s3, limit: 1000)
      for (bytes, reason) in [
        (Array("GIF89a".utf8), "GIF"), ([], "empty"), (Array(Self.red.prefix(60)), "truncated"),
        ([UInt8](repeating: 0, count: 1001), "1000"),
      ] {
        s3.put(path, bytes)
        let result = tagger.process(object)
        #expect(result.status == .failed && !result.isTransient)
        #expect(
          result.text.hasPrefix("s3://images/a.png: ") || result.text.contains("GetObject s3://images/a.png"))
        #expect(result.text.contains(reason), "\(result.text)")
        #expect(metadata(s3).isEmpty)
      }
      s3.put(path, Self.red)
      #expect(tagger.process(object).status == .tagged)
    }
  }

  /// A model that fails writes nothing at all: half a result without a marker would cause events forever.
  @Test(arguments: [("nan.h5", "NaN"), ("unknown-layer.h5", "glitter")])
  func badModel(file: String, reason: String) throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      let result = try tagger(s3, Self.text(", {name: 'bad', source: '\(file)'}")).process(object)
      #expect(result.status == .failed && result.findings.isEmpty && metadata(s3).isEmpty)
      #expect(result.text.contains(file) && result.text.contains(reason), "\(result.text)")
    }
  }

  @Test func missingModel() throws {
    try FakeS3.run { s3 in
      let error = #expect(throws: ClassifierError.self) {
        try tagger(s3, Self.text(", {name: 'b', source: 'no.h5'}"))
      }
      #expect(error?.description.contains("model \"b\": source: there is no file") == true)
      #expect(error?.description.contains("/no.h5") == true)
    }
  }

  // MARK: Other destinations

  @Test func tags() throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      s3[path]?.tags = ["owner": "me"]
      let tagger = try tagger(s3, Self.text(write: "to: 'tags', prefix: 'x-'"))
      #expect(tagger.process(object).status == .tagged)
      let tags = s3[path]?.tags ?? [:]
      #expect(Set(tags.keys) == ["owner", "x-colour", "x-colour-score", "x-colour-top", "thimble"])
      #expect(tags["x-colour"] == "red" && tags["x-colour-top"] == "red=1.0000/green=0.4000")
      #expect(metadata(s3).isEmpty && !s3.log.contains("PUT /images/a.png"))
      #expect(tagger.process(object).status == .skipped)
    }
  }

  @Test func both() throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      let tagger = try tagger(s3, Self.text(write: "to: 'both'"))
      #expect(tagger.process(object).status == .tagged)
      #expect(s3[path]?.tags["colour"] == "red" && metadata(s3)["colour"] == "red")
      #expect(s3[path]?.tags["thimble"] != nil && metadata(s3)["thimble"] != nil)
      #expect(tagger.process(object).status == .skipped)
    }
  }

  /// A slow process writes the tags of an image that has been replaced and labelled since, and ends: the next reader
  /// sees that they differ from the metadata.
  @Test(arguments: [nil, "a secret of sixteen and more"] as [String?])
  func tagsOfAnOlderImage(key: String?) throws {
    try FakeS3.run { s3 in
      let tagger = try tagger(s3, Self.text(write: "to: 'both'"), key: key)
      s3.put(path, Self.red)
      #expect(tagger.process(object).status == .tagged)
      let old = try #require(s3[path]?.tags)
      s3.put(path, Self.blue)
      #expect(tagger.process(object).status == .tagged)
      let right = s3[path]
      s3[path]?.tags = old
      #expect(tagger.process(object, isCopy: true).status == .tagged)
      #expect(s3[path]?.tags == right?.tags && metadata(s3)["colour"] == "blue")
      #expect(tagger.process(object, isCopy: true).status == .skipped)
    }
  }

  @Test func nowhere() throws {
    try FakeS3.run { s3 in
      s3.put(path, Self.red)
      let result = try tagger(s3, Self.text(write: "to: 'none'")).process(object)
      #expect(result.status == .classified && result.findings.count == 1)
      #expect(s3.log == ["GET /images/a.png"])
    }
  }
}

extension ImageTagger {
  /// Looks at one object, alone.
  func process(_ location: S3Location, isCopy: Bool = false) -> ObjectResult {
    process(ObjectEvent(location, isCopy: isCopy), ComputeGate(), decodesEarly: true)
  }
}
