import Foundation
import JSON
import TestSupport
import Testing

@testable import Classifier

/// The keys of `thimble.json` as they are declared: what follows from it for digests and for the README.
struct ConfigurationTableTests {
  /// A value for each key that is neither its default nor that of ``plain``.
  private static let others: [String: String] = [
    "models[].name": "'b'", "models[].source": "'b.h5'", "models[].config": "'c.json'",
    "models[].classes": "{Mine: 'Dropout'}", "models[].lambdas": "{it: 'tf.square'}",
    "models[].labels": "['x']", "models[].input.size": "[8, 9]", "models[].input.preprocess": "'unit'",
    "models[].input.preprocess.scale": "2", "models[].input.preprocess.offset": "3",
    "models[].input.resize": "'box'", "models[].input.fit": "'pad'", "models[].input.color": "'bgr'",
    "models[].input.pipeline": "'opencv'", "models[].input.pillow": "13",
    "models[].input.exifOrientation": "true", "models[].output.head": "1", "models[].output.top": "2",
    "models[].output.threshold": "0.25", "models[].output.multiLabel": "true",
    "models[].output.activation": "'none'", "models[].when.prefix": "'p/'", "models[].when.suffix": "'.jpg'",
    "models[].preload": "true", "models[].onFailure": "'mark'", "write.to": "'tags'", "write.prefix": "'x-'",
    "write.acl": "'keep'", "gone": "'fail'",
  ]

  /// A key that is declared needs a value here.
  @Test func `each key has another value`() {
    #expect(Set(Configuration.table.map(\.place)) == Set(Self.others.keys))
    #expect(Set(Configuration.table.map(\.place)).count == Configuration.table.count)
  }

  private func digest(_ place: String?, _ value: String) throws -> String {
    var keys = ["models[].name": "'a'", "models[].source": "'a.h5'"]
    if let place { keys[place] = value }
    /// The object whose keys begin so.
    func object(_ prefix: String) -> String {
      var members: [String: String] = [:]
      for (place, value) in keys where place.hasPrefix(prefix) {
        let parts = place.dropFirst(prefix.count).split(separator: ".")
        let name = String(parts[0])
        members[name] = parts.count == 1 ? value : object(prefix + name + ".")
      }
      return "{" + members.map { "\($0): \($1)" }.joined(separator: ", ") + "}"
    }
    let others = keys.filter { !$0.key.contains(".") }.map { ", \($0.key): \($0.value)" }.joined()
    let text = "{models: [\(object("models[]."))], write: \(object("write."))\(others)}"
    return try Configuration(json: text.utf8, file: "thimble.json").digest
  }

  @Test func `a key changes the digest if and only if it changes results`() throws {
    let plain = try digest(nil, "")
    for row in Configuration.table {
      let other = try digest(row.place, try #require(Self.others[row.place]))
      #expect((other != plain) == row.changesResults, "\(row.place)")
    }
    let without = Configuration.table.filter { !$0.changesResults }.map(\.place)
    #expect(
      without == [
        "models[].when.prefix", "models[].when.suffix", "models[].preload", "models[].onFailure", "write.acl",
        "gone",
      ])
  }

  /// Objects that were labelled before stay so: digests as they were before the keys were declared in one place.
  @Test(arguments: [
    ("{models: [{name: 'a', source: 'a.h5'}]}", "0eb5b398aa9768ab"),
    (
      """
      {models: [{name: 'category', source: 's3://models/category.h5?versionId=abc', config: 'c.json', labels: ['cat', 'dog'],
        input: {size: [224, 192], preprocess: {scale: [1, 2, 0.5], offset: -1}, resize: 'tf-area', fit: 'pad', color: 'bgr',
          exifOrientation: true},
        output: {head: 1, top: 5, threshold: 0.25, multiLabel: true}, when: {prefix: 'p/'}, preload: true,
        onFailure: 'mark'},
        {name: 'b', source: 'b.h5', labels: 'l.txt', input: {preprocess: 'caffe'}, output: {multiLabel: true, head: 'x'}}],
        write: {to: 'both', prefix: 'ml-', acl: 'keep'}}
      """, "9f5566aeca8b5cd2"
    ),
  ])
  func `digests stay`(text: String, digest: String) throws {
    #expect(try Configuration(json: text.utf8, file: "thimble.json").digest == digest)
  }

  /// The table between the marks, as it should be; a model's sections are named without the model.
  @Test func readme() throws {
    let text = try String(contentsOfFile: Fixtures.root + "/README.md", encoding: .utf8)
    let start = try #require(text.range(of: "<!-- settings: begin -->\n"))
    let end = try #require(text.range(of: "<!-- settings: end -->"))
    let lines = Configuration.table.map { row in
      let parts = row.place.split(separator: ".")
      let place = parts.count > 2 ? parts.dropFirst().joined(separator: ".") : row.place
      return "| `\(place)` | \(row.text) | \(row.fallback) |"
    }
    let table = (["| key | value | default |", "| --- | --- | --- |"] + lines).joined(separator: "\n") + "\n"
    #expect(text[start.upperBound..<end.lowerBound] == table, "the README should have:\n\(table)")
  }
}
