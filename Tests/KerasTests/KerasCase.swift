import Foundation
import JSON
import TestSupport
import Testing

@testable import Keras

/// A folder that scripts/fixtures/Keras.py made: a model file, and what must come of it.
struct KerasCase {
  let folder: String
  private let files: [String]

  init(_ name: String) throws {
    folder = Fixtures.directory("Keras") + "/" + name
    files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// The names of all cases: of those to be refused, or of the others.
  static func names(refused: Bool) -> [String] {
    let directory = Fixtures.directory("Keras")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { name in
      name != "complete" && !name.hasSuffix(".txt")
        && FileManager.default.fileExists(atPath: "\(directory)/\(name)/refusal.txt") == refused
    }.sorted()
  }

  var model: String { folder + "/" + (files.first { $0.hasPrefix("model.") } ?? "model is missing") }

  /// The configuration of a file that holds weights only.
  var config: String? { files.contains("config.json") ? folder + "/config.json" : nil }

  /// What is said of the classes and functions whose code the file does not hold.
  func customObjects() throws -> CustomObjects {
    let lambdas = try members("lambdas.json").map { ($0.name, try #require($0.value.string)) }
    let classes = try members("classes.json").map { member in
      let name = try #require(member.value["class"]?.string)
      return (
        member.name,
        CustomObjects.Substitute(className: name, config: member.value["config"]?.object ?? JSONObject())
      )
    }
    return CustomObjects(
      classes: Dictionary(uniqueKeysWithValues: classes), lambdas: Dictionary(uniqueKeysWithValues: lambdas))
  }

  /// Those of a JSON file; none where there is no such file.
  private func members(_ file: String) throws -> [JSONObject.Member] {
    guard files.contains(file) else { return [] }
    let text = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
    return try #require(try JSONValue(text: text).object).members
  }

  func paths(_ prefix: String) -> [String] {
    files.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".npy") }.count.indices.map {
      "\(folder)/\(prefix)\($0).npy"
    }
  }

  /// What the refusal's message must say.
  func phrases() throws -> [String] {
    try String(contentsOfFile: folder + "/refusal.txt", encoding: .utf8).split(separator: "\n").map {
      String($0)
    }
  }
}

extension Int {
  fileprivate var indices: Range<Int> { 0..<self }
}
