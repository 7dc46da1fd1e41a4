import Foundation
import Imaging
import Keras
import TestSupport
import Testing

@testable import Classifier

/// Models that come with the preprocessor of their library.
@Suite(.enabled(if: Fixtures.exist("Classifier"), "\(Fixtures.hint)"))
struct ImageResizingTests {
  private let folder = Fixtures.directory("Classifier")

  private var path: String { folder + "/keras-hub.keras" }

  private func configuration(_ input: InputConfiguration) -> ModelConfiguration {
    ModelConfiguration(name: "a", source: .path("a.keras"), input: input)
  }

  /// Nothing is configured: size, cropping, resizing and scaling are the preprocessor's.
  @Test(arguments: ["wide", "tall"]) func `images as Keras preprocesses them`(name: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/keras-hub.json"))
    let expected = try #require(try JSONDecoder().decode([String: [Float]].self, from: data)[name])
    let classifier = try ImageClassifier(model: path, output: OutputConfiguration(top: 4))
    #expect(classifier.pipeline.height == 32 && classifier.pipeline.width == 40)
    #expect(classifier.pipeline.resize == .tfBilinear && classifier.pipeline.fit == .crop)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/keras-hub-\(name).png"))
    let result = try bytes.withUnsafeBytes { try classifier.classify($0) }
    for label in result.labels {
      let index = try #require(Int(label.label))
      #expect(abs(label.score - expected[index]) <= 1e-5)
    }
    #expect(Set(result.labels.map(\.score)).count == 4)
  }

  @Test func `settings come before the preprocessor`() throws {
    let loaded = try ImageClassifier(model: path, input: InputConfiguration(pipeline: .loadImg))
    #expect(loaded.pipeline.resize == .nearest && loaded.pipeline.fit == .stretch)
    let classifier = try ImageClassifier(
      model: path, input: InputConfiguration(resize: .nearest, fit: .stretch))
    #expect(classifier.pipeline.resize == .nearest && classifier.pipeline.fit == .stretch)
  }

  @Test func `what is said of it`() throws {
    let traits = ModelTraits(try KerasModel(path: path))
    #expect(traits.notes.contains { $0.contains("tf-bilinear") && $0.contains("crop") })
    #expect(traits.notes.contains { $0.contains("leave input.preprocess out") })
    #expect(traits.warnings(configuration(InputConfiguration())).isEmpty)
    #expect(traits.warnings(configuration(InputConfiguration(resize: .tfBilinear, fit: .crop))).isEmpty)
    let nearest = traits.warnings(configuration(InputConfiguration(resize: .nearest)))
    #expect(
      nearest.count == 1 && nearest[0].contains("its preprocessor") && nearest[0].contains("tf-bilinear"))
    let scaled = traits.warnings(configuration(InputConfiguration(preprocess: .unit)))
    #expect(scaled.count == 1 && scaled[0].contains("itself"), "\(scaled)")
  }

  @Test(arguments: [
    ("bilinear", false, true, false, ResizeFilter?.some(.tfBilinear), Fit?.some(.crop)),
    ("nearest", false, false, false, .tfNearest, .stretch),
    ("bicubic", false, true, false, .tfBicubic, .crop),
    ("bilinear", true, true, false, nil, .crop), ("lanczos3", false, true, false, nil, .crop),
    ("bilinear", false, false, true, .tfBilinear, nil),
  ])
  func `what gives the same numbers`(
    interpolation: String, isAntialiased: Bool, crops: Bool, pads: Bool, filter: ResizeFilter?, fit: Fit?
  ) throws {
    let resizing = ImageResizing(
      height: 8, width: 8, interpolation: interpolation, isAntialiased: isAntialiased, crops: crops,
      pads: pads)
    #expect(resizing.filter == filter && resizing.fit == fit)
    let input = InputConfiguration().completed(by: resizing)
    #expect(input.resize == filter && input.fit == fit)
    // What cannot be done the same way is said.
    let traits = ModelTraits(try KerasModel(path: path).graph, resizing: resizing)
    #expect(traits.warnings(configuration(InputConfiguration())).isEmpty == (filter != nil && fit != nil))
  }
}
