import Digests
import HTTP
import S3
import Testing

@testable import Classifier

/// What is written to an object.
struct ResultTests {
  private let image = "0123456789abcdef"

  private func finding(
    _ name: String, _ labels: [(String, Float)], top: Int = 1, multiLabel: Bool = false
  ) -> Finding {
    Finding(
      model: ModelConfiguration(
        name: name, source: .path("x"), output: OutputConfiguration(top: top, multiLabel: multiLabel)),
      labels: labels.map { Classification.Label(label: $0.0, score: $0.1) })
  }

  private func changes(
    _ findings: [Finding], prefix: String = "", to existing: [(name: String, value: String)] = []
  ) throws -> [String: String?] {
    let headers = HTTPHeaders(existing.map { ("x-amz-meta-" + $0.name, $0.value) })
    let changes = try MetadataEntries(results: Results(findings, prefix: prefix), marker: { _ in "m-1" })
      .changes(to: ObjectHead(eTag: "e", length: 1, headers: headers))
    return Dictionary(uniqueKeysWithValues: changes.map { ($0.name, $0.value) })
  }

  // MARK: The marker

  @Test func markerTellsOwnWork() {
    let marker = Marker(nil)
    #expect(marker.entry(of: "aaaa1")?.image == nil)
    let text = marker.adding(Marker.Entry(configuration: "aaaa1", image: image))
    #expect(text == "aaaa1-\(image)")
    #expect(Marker(text).entry(of: "aaaa1")?.image == image && Marker(text).entry(of: "aaaa2")?.image == nil)
  }

  @Test func markerKeepsOthersWork() {
    let first = Marker(nil).adding(Marker.Entry(configuration: "aaaa1", image: image))
    let both = Marker(first).adding(Marker.Entry(configuration: "bbbb1", image: image))
    #expect(both == "aaaa1-\(image) bbbb1-\(image)")
    // The same names with other settings.
    #expect(
      Marker(both).adding(Marker.Entry(configuration: "aaaa2", image: image))
        == "aaaa2-\(image) bbbb1-\(image)")
    // Looked at again, it stays as it is.
    #expect(Marker(both).adding(Marker.Entry(configuration: "aaaa1", image: image)) == both)
    // Another image.
    #expect(Marker(both).adding(Marker.Entry(configuration: "aaaa1", image: "ff")) == "aaaa1-ff")
  }

  @Test func markerStaysSmall() {
    var text = ""
    for index in 0..<100 {
      text = Marker(text).adding(Marker.Entry(configuration: "\(1000 + index)x", image: image))
    }
    #expect(text.split(separator: " ").count == 8 && Marker(text).entry(of: "1099x")?.image == image)
  }

  @Test(arguments: ["", "   ", "-", "a", "a-", "-b", "日本", "a-b--"])
  func markerOfSomebodyElse(text: String) {
    #expect(Marker(text).entry(of: "a")?.image == nil)
    #expect(Marker(text).adding(Marker.Entry(configuration: "a", image: "b")) == "a-b")
  }

  @Test func imageDigestIsTheETag() {
    // `printf abc | md5sum`
    #expect(Marker.imageDigest(md5: Digest.md5(Array("abc".utf8))) == "900150983cd24fb0")
    #expect(Marker.imageDigest(eTag: "900150983CD24FB0D6963F7D28E17F72") == "900150983cd24fb0")
  }

  // MARK: Metadata

  @Test func metadata() throws {
    let written = try changes(
      [
        finding("category", [("dress", 0.97312), ("shirt", 0.01124)], top: 2),
        finding("mask", [("no mask", 1)]),
      ])
    let expected: [String: String?] = [
      "category": "dress", "category-score": "0.9731", "category-top": "dress=0.9731;shirt=0.0112",
      "category-error": nil, "mask": "no mask", "mask-score": "1.0000", "mask-top": nil, "mask-error": nil,
      "thimble": "m-1",
    ]
    #expect(written == expected)
    #expect(try changes([finding("a", [("x", 0.5)])], prefix: "ml-")["ml-a"] == "x")
    // Semicolons separate.
    #expect(try changes([finding("a", [("x; y=z", 0.5)], top: 3)])["a-top"] == "x, y=z=0.5000")
  }

  @Test func nothingReachesTheThreshold() throws {
    let written = try changes(
      [finding("a", [], top: 3)], to: [("a", "old"), ("a-score", "1"), ("a-top", "old=1")])
    let expected: [String: String?] = [
      "a": nil, "a-score": nil, "a-top": nil, "a-error": nil, "thimble": "m-1",
    ]
    #expect(written == expected)
  }

  @Test(arguments: [0, 500, 1000, 1500, 1900])
  func lowerRanksGoFirst(taken: Int) throws {
    let labels = (0..<100).map { ("a label, number \($0)", Float(100 - $0) / 100) }
    let existing = [
      (name: "own", value: String(repeating: "x", count: taken)), (name: "a-top", value: "stale"),
    ]
    let written = try changes([finding("a", labels, top: 100), finding("b", labels, top: 100)], to: existing)
    let entries =
      [("own", existing[0].value)] + written.compactMap { name, value in value.map { (name, $0) } }
    let size = entries.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count }
    #expect(size <= 2048 && size > (taken < 1900 ? 2000 : 0))
    let ranks = ["a-top", "b-top"].map { written[$0]??.split(separator: ";").count ?? 0 }
    #expect(abs(ranks[0] - ranks[1]) <= 1 && written["a"] == "a label, number 0")
    if let top = written["a-top"] ?? nil { #expect(top.hasPrefix("a label, number 0=1.0000")) }
  }

  @Test func noRoomAtAll() {
    let error = #expect(throws: ClassifierError.self) {
      try changes([finding("a", [("x", 1)])], to: [("own", String(repeating: "x", count: 2040))])
    }
    #expect(error?.isTransient == false && error?.reason.contains("2043 bytes of its own") == true)
  }

  @Test func unusableImages() throws {
    let model = finding("a", [], top: 3).model
    let changes = try MetadataEntries(
      results: Results(unusable: "damaged", [model], prefix: ""), marker: { "\($0.map(\.name))" }
    )
    .changes(to: ObjectHead(eTag: "e", length: 1))
    #expect(changes.map(\.name) == ["a", "a-score", "a-top", "a-error", "thimble"])
    #expect(changes.map(\.value) == [nil, nil, nil, "damaged", "[\"a-error\"]"])
  }

  /// Nothing of what the code covers may be another one.
  @Test func markerCodes() {
    let key = MarkerKey("a secret of some length")
    let place = S3Location(bucket: "b", key: "k")
    func code(
      _ key: MarkerKey = key, _ place: S3Location = place, _ configuration: String = "c",
      _ image: String = "i",
      _ results: WrittenResults = [("n", "v"), ("m", "w x")]
    ) -> String { key.code(place, configuration: configuration, image: image, results: results) }
    #expect(code() == code(key, place, "c", "i", [("m", " w  x "), ("n", "v")]) && code().count == 16)
    let others = [
      code(MarkerKey("another secret of some length")), code(key, S3Location(bucket: "b", key: "other")),
      code(key, place, "other"), code(key, place, "c", "other"), code(key, place, "c", "i", [("n", "v")]),
      code(key, place, "c", "i", [("n", "w x"), ("m", "v")]),
    ]
    #expect(Set(others + [code()]).count == others.count + 1)
  }

  // MARK: Tags

  @Test func tags() {
    let results = Results(
      [finding("a", [("jack-o'-lantern, lit; 日本é", 0.5), ("b", 0.25)], top: 2), finding("b", [])],
      prefix: "p-")
    let tags = TagEntries(results: results, marker: { _, _, _ in "m-1 n-2" }).tags(replacing: [])
    #expect(
      tags == [
        ObjectTag(key: "p-a", value: "jack-o_-lantern_ lit_ 日本é"),
        ObjectTag(key: "p-a-score", value: "0.5000"),
        ObjectTag(key: "p-a-top", value: "jack-o_-lantern_ lit_ 日本é=0.5000/b=0.2500"),
        ObjectTag(key: "p-b", value: ""), ObjectTag(key: "p-b-score", value: ""),
        ObjectTag(key: "thimble", value: "m-1 n-2"),
      ])
    let others = TagEntries(results: results) { there, room, _ in
      there.adding(Marker.Entry(configuration: "aaaa1", image: "ff"), room: room)
    }
    // Others' entries stay while there is room.
    func marker(_ old: String) -> String? {
      others.tags(replacing: [ObjectTag(key: "thimble", value: old)]).last?.value
    }
    #expect(marker("bbbb1-ff") == "bbbb1-ff aaaa1-ff")
    let long = "bbbb1-ff-" + String(repeating: "0", count: 250)
    #expect(marker(long) == "aaaa1-ff")
    // What is no longer true is emptied.
    let old = [ObjectTag(key: "p-b-error", value: "damaged"), ObjectTag(key: "own", value: "x")]
    #expect(others.tags(replacing: old).filter { $0.key == "p-b-error" }.map(\.value) == [""])
  }

  @Test func tagsAreShortened() {
    let long = String(repeating: "ä", count: 300)
    let labels = (0..<50).map { ("label \($0)", Float(0.5)) }
    let results = Results([finding("a", [(long, 1)]), finding("b", labels, multiLabel: true)], prefix: "")
    let tags = TagEntries(results: results, marker: { _, _, _ in "m-1" }).tags(replacing: [])
    #expect(tags.allSatisfy { $0.value.utf16.count <= 256 })
    #expect(tags[0].value.count == 256 && tags[4].value.hasPrefix("label 0=0.5000/label 1=0.5000/"))
  }
}
