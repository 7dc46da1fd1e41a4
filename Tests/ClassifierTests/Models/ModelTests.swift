import Foundation
import Imaging
import Inference
import TestSupport
import Testing

@testable import Classifier

/// From a model's input and output to labels, with models made by hand.
struct ModelTests {
  private func ranking(
    _ labels: [String], shape: [Int], _ values: [Float],
    _ output: OutputConfiguration = OutputConfiguration(),
    kind: OutputKind = .sigmoid
  ) throws -> [Classification.Label] {
    var values = values
    return try values.withUnsafeMutableBufferPointer {
      try Ranking(labels: labels, output: output, format: format(shape, kind, output.activation))($0)
    }
  }

  private func format(
    _ shape: [Int], _ kind: OutputKind = .unknown, _ activation: OutputConfiguration.Activation? = nil
  ) throws -> OutputFormat {
    try OutputFormat(name: "scores", shape: shape, kind: kind, activation: activation, head: "")
  }

  private func pairs(_ labels: [Classification.Label]) -> [String] {
    labels.map { "\($0.label) \($0.score)" }
  }

  @Test func ranks() throws {
    let values: [Float] = [0.125, 0.5, 0.125, 0.25]
    let labels = ["a", "b", "c", "d"]
    #expect(pairs(try ranking(labels, shape: [1, 4], values)) == ["b 0.5"])
    #expect(
      pairs(try ranking(labels, shape: [1, 1, 1, 4], values, OutputConfiguration(top: 9)))
        == ["b 0.5", "d 0.25", "a 0.125", "c 0.125"])
    #expect(
      pairs(try ranking([], shape: [1, 4], values, OutputConfiguration(top: 3, threshold: 0.25)))
        == ["1 0.5", "3 0.25"])
    #expect(try ranking(labels, shape: [1, 4], values, OutputConfiguration(threshold: 0.51)).isEmpty)
    #expect(
      pairs(
        try ranking(labels, shape: [1, 4], [0.5, 0.75, 0.25, 0.5], OutputConfiguration(multiLabel: true)))
        == ["b 0.75", "a 0.5", "d 0.5"])
    // Scores need not be probabilities.
    #expect(pairs(try ranking(labels, shape: [1, 4], [-3, -1, -2, -4])) == ["b -1.0"])
  }

  @Test func oneOutput() throws {
    #expect(pairs(try ranking(["cat", "dog"], shape: [1, 1], [0.25])) == ["cat 0.75"])
    #expect(pairs(try ranking(["cat", "dog"], shape: [1, 1], [0.75])) == ["dog 0.75"])
    #expect(pairs(try ranking(["dog"], shape: [1, 1], [0.25])) == ["dog 0.25"])
    #expect(pairs(try ranking([], shape: [1, 1], [0.25])) == ["1 0.25"])
    #expect(try ranking(["dog"], shape: [1, 1], [0.25], OutputConfiguration(threshold: 0.5)).isEmpty)
  }

  /// A logit, or its tanh, is not a probability, and 1 minus that is not a score: it is refused before a value is seen.
  @Test(
    arguments: [(.unbounded, .asTheyAre), (.exponential, .asTheyAre), (.unknown, nil)]
      as [(OutputKind, OutputConfiguration.Activation?)])
  func twoLabelsNeedAProbability(kind: OutputKind, activation: OutputConfiguration.Activation?) throws {
    let output = OutputConfiguration(activation: activation)
    let error = #expect(throws: ClassifierError.self) {
      try ranking(["cat", "dog"], shape: [1, 1], [0.25], output, kind: kind)
    }
    #expect(error?.kind == .configuration && error?.reason.contains("need a probability") == true)
    #expect(pairs(try ranking(["dog"], shape: [1, 1], [0.25], output, kind: kind)) == ["dog 0.25"])
  }

  /// Where the model does not say, the configuration may call it a probability: other values are still found.
  @Test(arguments: [Float(-0.25), 1.5]) func statedProbabilitiesAreChecked(value: Float) throws {
    let output = OutputConfiguration(activation: .asTheyAre)
    #expect(
      pairs(try ranking(["cat", "dog"], shape: [1, 1], [0.25], output, kind: .unknown)) == ["cat 0.75"])
    let error = #expect(throws: ClassifierError.self) {
      try ranking(["cat", "dog"], shape: [1, 1], [value], output, kind: .unknown)
    }
    #expect(error?.kind == .model && error?.reason.contains("a probability from 0 to 1") == true)
  }

  /// `Dense(3, activation="exponential")`.
  @Test(arguments: [.softmax, .sigmoid, nil] as [OutputConfiguration.Activation?])
  func exponentialsAreNoScores(activation: OutputConfiguration.Activation?) {
    let error = #expect(throws: ClassifierError.self) { try format([1, 3], .exponential, activation) }
    #expect(error?.reason.contains("come from an exponential") == true)
  }

  @Test func labelsMustFit() {
    for (labels, shape) in [
      (["a"], [1, 2]), (["a", "b", "c"], [1, 1]), (["a", "b"], [1, 3]), (["a"], [1, 1, 1, 98]),
    ] {
      let error = #expect(throws: ClassifierError.self) {
        try Ranking(labels: labels, output: OutputConfiguration(), format: format(shape))
      }
      #expect(error?.kind == .configuration)
      #expect(error?.reason.contains("\(labels.count) labels") == true)
    }
    let same = #expect(throws: ClassifierError.self) { try ranking(["cat", "cat"], shape: [1, 1], [0.5]) }
    #expect(same?.reason.contains("both labels are \"cat\"") == true)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func outputsMustBeNumbers(value: Float) {
    let error = #expect(throws: ClassifierError.self) { try ranking([], shape: [1, 3], [0, value, 1]) }
    #expect(error?.kind == .model && error?.reason.contains("1 of its 3 outputs") == true)
  }

  private func format(_ shape: Shape, _ input: InputConfiguration = InputConfiguration()) throws
    -> InputFormat
  {
    try InputFormat(shape, input, limits: ImageLimits())
  }

  @Test func inputs() throws {
    let rgb = try format([nil, 224, 192, 3])
    #expect(
      rgb.pipeline == ImagePipeline(height: 224, width: 192, color: .rgb) && rgb.shape == [1, 224, 192, 3])
    #expect(try format([nil, 28, 28, 1]).pipeline.color == .grayscale)
    #expect(try format([nil, 28, 28]).shape == [1, 28, 28])
    #expect(try format([nil, 32, 32, 4]).pipeline.color == .rgba)
    let any = try format(
      [nil, nil, nil, 3], InputConfiguration(size: InputConfiguration.Size(height: 5, width: 6), color: .bgr))
    #expect(any.shape == [1, 5, 6, 3] && any.pipeline.color == .bgr)
    let first = try format([nil, 3, 10, 20])
    #expect(first.isChannelsFirst && first.shape == [1, 3, 10, 20])
    #expect(first.pipeline == ImagePipeline(height: 10, width: 20))
  }

  @Test func inputsThatDoNotFit() {
    let size = InputConfiguration.Size(height: 96, width: 96)
    for (shape, input, reason) in [
      ([nil, nil, nil, 3], InputConfiguration(), "input.size"),
      ([nil, 224, 224, 3], InputConfiguration(size: size), "takes 224x224"),
      ([nil, 224, nil, 3], InputConfiguration(size: size), "takes 224xany"),
      ([nil, 224, 224, 3], InputConfiguration(color: .grayscale), "takes 3"),
      ([nil, 224, 224, 1], InputConfiguration(color: .rgb), "takes 1"),
      ([nil, 224, 224, 6], InputConfiguration(), "6 channels"),
      ([nil, 224, 224, 1], InputConfiguration(preprocess: .torch), "needs color rgb"),
      ([nil, 784], InputConfiguration(), "not an image"),
      ([nil, 8, 8, 8, 3], InputConfiguration(), "not an image"),
    ] as [(Shape, InputConfiguration, String)] {
      let error = #expect(throws: ClassifierError.self) { try format(shape, input) }
      #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
    }
  }

  /// The mean of each channel, in 0...1: a model that can be worked out by hand.
  private func means(axes: [Int], shape: Shape) throws -> Graph {
    var graph = Graph()
    let input = graph.addInput(name: "image", shape: shape)
    let output = try graph.add(.reduction(.mean, axes: axes, keepDimensions: false), [input], name: "mean")
    graph.addOutput(output, name: "mean")
    return graph
  }

  private func classifier(
    _ graph: Graph, labels: [String], input: InputConfiguration = InputConfiguration(preprocess: .unit),
    head: OutputConfiguration.Head? = nil
  ) throws -> ImageClassifier {
    try ImageClassifier(
      graph, subject: "means.h5", labels: labels, input: input,
      output: OutputConfiguration(head: head, top: 3),
      limits: ImageLimits(), workers: Workers(count: 1))
  }

  private let picture = Picture.png(red: 255, green: 102, blue: 51)

  private func classify(_ classifier: ImageClassifier, _ bytes: [UInt8]) throws -> Classification {
    try bytes.withUnsafeBytes { try classifier.classify($0) }
  }

  @Test func classifies() throws {
    let graph = try means(axes: [1, 2], shape: [nil, 8, 8, 3])
    let classifier = try classifier(graph, labels: ["red", "green", "blue"])
    for _ in 0..<3 {
      let result = try classify(classifier, picture)
      #expect(result.labels.map(\.label) == ["red", "green", "blue"])
      #expect(
        difference(result.labels.map(\.score), [1, 0.4, 0.2] as [Float], within: .absolute(1e-6)) == nil)
      #expect(result.decodeMilliseconds >= 0 && result.runMilliseconds >= 0)
    }
  }

  @Test func heads() throws {
    var graph = try means(axes: [1, 2], shape: [nil, 8, 8, 3])
    let negative = try graph.add(.unary(.negative), [graph.outputs[0].value], name: "negative")
    graph.addOutput(negative, name: "negative")
    for (head, best) in [
      (nil, "red"), (.index(0), "red"), (.name("mean"), "red"), (.index(1), "blue"),
      (.name("negative"), "blue"),
    ] as [(OutputConfiguration.Head?, String)] {
      let classifier = try classifier(graph, labels: ["red", "green", "blue"], head: head)
      #expect(try classify(classifier, picture).labels.first?.label == best)
    }
    for head in [OutputConfiguration.Head.index(2), .name("other")] {
      let error = #expect(throws: ClassifierError.self) { try classifier(graph, labels: [], head: head) }
      #expect(error?.kind == .configuration)
      #expect(error?.reason.contains(#"it has 0 ("mean"), 1 ("negative")"#) == true)
    }
  }

  @Test func channelsFirst() throws {
    let graph = try means(axes: [2, 3], shape: [nil, 3, 8, 6])
    let input = InputConfiguration(preprocess: .unit, color: .bgr)
    let result = try classify(try classifier(graph, labels: ["blue", "green", "red"], input: input), picture)
    #expect(result.labels.map(\.label) == ["red", "green", "blue"])
  }

  @Test func imagesAreShared() throws {
    let first = try classifier(
      try means(axes: [1, 2], shape: [nil, 8, 8, 3]), labels: ["r", "g", "b"])
    let same = try classifier(
      try means(axes: [1, 2], shape: [nil, nil, 8, 3]), labels: [],
      input: InputConfiguration(size: InputConfiguration.Size(height: 8, width: 8), preprocess: .unit))
    let other = try classifier(try means(axes: [1, 2], shape: [nil, 9, 8, 3]), labels: [])
    try picture.withUnsafeBytes { try first.load($0) }
    #expect(same.load(from: first) && !other.load(from: first))
    #expect(try same.run().map(\.score) == first.run().map(\.score))
  }

  @Test func errorsNameTheFile() throws {
    let graph = try means(axes: [1, 2], shape: [nil, 8, 8, 3])
    let labels = #expect(throws: ClassifierError.self) { try classifier(graph, labels: ["a"]) }
    #expect(labels?.description.hasPrefix("means.h5: there are 1 labels") == true)
    let image = #expect(throws: ClassifierError.self) {
      try classify(try classifier(graph, labels: []), Array("GIF89a".utf8))
    }
    #expect(image?.kind == .image && image?.description.contains("GIF") == true)
    let missing = #expect(throws: ClassifierError.self) { try ImageClassifier(model: "/no/such.h5") }
    #expect(missing?.description.contains("/no/such.h5") == true)
  }
}
