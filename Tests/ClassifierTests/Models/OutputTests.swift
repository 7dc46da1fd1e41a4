import Foundation
import Inference
import Keras
import TestSupport
import Testing

@testable import Classifier

/// How scores are made of outputs, for models that Keras saved (scripts/fixtures/Classifier.py).
@Suite(.enabled(if: Fixtures.exist("Classifier"), "\(Fixtures.hint)"))
struct OutputTests {
  private struct Endings: Decodable {
    /// By model: how it ends.
    var kinds: [String: String]
    /// By model and activation: what `keras.ops` makes of its outputs for a red picture.
    var scores: [String: [Float]]
  }

  private let endings: Endings

  init() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: Self.file("endings.json")))
    endings = try JSONDecoder().decode(Endings.self, from: data)
  }

  private static func file(_ name: String) -> String { Fixtures.directory("Classifier") + "/" + name }

  private func classifier(
    _ name: String, labels: [String] = [], _ activation: OutputConfiguration.Activation?,
    head: OutputConfiguration.Head? = nil
  ) throws -> ImageClassifier {
    try ImageClassifier(
      model: Self.file(name), labels: labels,
      output: OutputConfiguration(head: head, top: 9, activation: activation))
  }

  private func classify(_ classifier: ImageClassifier) throws -> [Classification.Label] {
    try Picture.png(red: 255, green: 0, blue: 0).withUnsafeBytes { try classifier.classify($0).labels }
  }

  @Test func kinds() throws {
    #expect(endings.kinds.count >= 20)
    for (name, kind) in endings.kinds {
      let graph = try KerasModel(path: Self.file("ends-\(name).keras")).graph
      let output = try #require(graph.outputs.first)
      #expect("\(graph.kind(of: output.value))" == kind, "\(name)")
    }
  }

  @Test(arguments: [("logits-one", "sigmoid"), ("logits-many", "softmax or sigmoid")])
  func `logits need a word`(name: String, words: String) throws {
    let error = #expect(throws: ClassifierError.self) { try classifier("ends-\(name).keras", nil) }
    #expect(error?.kind == .configuration && error?.isLasting == true)
    #expect(error?.reason.contains("output.activation") == true, "\(error as Any)")
    for word in words.components(separatedBy: " or ") { #expect(error?.reason.contains(word) == true) }
  }

  @Test func `scores are Keras'`() throws {
    for (name, activation) in [
      ("logits-one", OutputConfiguration.Activation.sigmoid), ("logits-one", .asTheyAre),
      ("logits-many", .softmax), ("logits-many", .sigmoid), ("logits-many", .asTheyAre),
    ] {
      let expected = try #require(endings.scores["\(name) \(activation.rawValue)"])
      let labels = try classify(try classifier("ends-\(name).keras", activation))
      let names = expected.count == 1 ? ["1"] : expected.indices.map(String.init)
      let order = expected.indices.sorted { expected[$0] > expected[$1] }
      #expect(labels.map(\.label) == order.map { names[$0] }, "\(name) \(activation)")
      #expect(difference(labels.map(\.score), order.map { expected[$0] }, within: .absolute(1e-6)) == nil)
    }
  }

  /// The score of the second of two labels is the output.
  @Test func binary() throws {
    let probability = try #require(endings.scores["logits-one sigmoid"]?.first)
    let logit = try #require(endings.scores["logits-one none"]?.first)
    // So small that the logit alone would give the other label.
    try #require(probability > 0.5 && logit < 0.5)
    let two = try classify(try classifier("ends-logits-one.keras", labels: ["cat", "dog"], .sigmoid))
    #expect(two.map(\.label) == ["dog", "cat"])
    #expect(difference(two.map(\.score), [probability, 1 - probability], within: .absolute(1e-6)) == nil)
    let one = try classify(try classifier("ends-logits-one.keras", labels: ["dog"], .sigmoid))
    #expect(one.map(\.label) == ["dog"])
    #expect(difference(one.map(\.score), [probability], within: .absolute(1e-6)) == nil)
  }

  @Test func `no activation twice`() throws {
    for (name, kind) in endings.kinds where kind == "softmax" || kind == "sigmoid" {
      for activation in [OutputConfiguration.Activation.softmax, .sigmoid] {
        let error = #expect(throws: ClassifierError.self) {
          try classifier("ends-\(name).keras", activation)
        }
        #expect(error?.reason.contains("from a \(kind) already") == true, "\(name): \(error as Any)")
      }
      _ = try classifier("ends-\(name).keras", nil)
      _ = try classifier("ends-\(name).keras", .asTheyAre)
    }
  }

  @Test func `softmax of one`() throws {
    let error = #expect(throws: ClassifierError.self) { try classifier("ends-logits-one.keras", .softmax) }
    #expect(error?.reason.contains("always 1") == true)
    let own = #expect(throws: ClassifierError.self) {
      try OutputFormat(name: "x", shape: [1, 1], kind: .softmax, activation: nil, head: "")
    }
    #expect(own?.reason.contains("always 1") == true)
  }

  @Test func `large logits`() throws {
    let softmax = try OutputFormat(
      name: "x", shape: [1, 3], kind: .unbounded, activation: .softmax, head: "")
    #expect(softmax.scores([1000, -1000, 1000]) == [0.5, 0, 0.5])
    let sigmoid = try OutputFormat(
      name: "x", shape: [1, 3], kind: .unbounded, activation: .sigmoid, head: "")
    #expect(sigmoid.scores([1000, -1000, 0]) == [1, 0, 0.5])
  }

  @Test(arguments: [nil, OutputConfiguration.Activation.softmax, .asTheyAre])
  func maps(activation: OutputConfiguration.Activation?) throws {
    let map = #expect(throws: ClassifierError.self) { try classifier("map.keras", activation) }
    #expect(map?.reason.contains("\"map\" is 3x3x12") == true && map?.isLasting == true, "\(map as Any)")
    #expect(map?.reason.contains("output.head") == true)
    let both = #expect(throws: ClassifierError.self) { try classifier("map-and-scores.keras", activation) }
    #expect(both?.reason.contains(#"output.head: 0 ("map"), 1 ("scores")"#) == true, "\(both as Any)")
  }

  @Test func `another head`() throws {
    #expect(try classify(try classifier("map-and-scores.keras", nil, head: .name("scores"))).count == 3)
  }

  /// Axes of one do not count.
  @Test(arguments: [
    ([1, 1, 1, 1000], true), ([1, 4, 1], true), ([1, 1], true), ([1, 7, 7, 1], false), ([1, 2, 2], false),
  ])
  func shapes(shape: [Int], isList: Bool) {
    let format = try? OutputFormat(name: "x", shape: shape, kind: .unknown, activation: nil, head: "")
    #expect((format != nil) == isList)
  }
}
