import Foundation
import Imaging
import TestSupport
import Testing

@testable import Classifier

/// Published models and photos, compared with Pillow and Keras.
@Suite(
  .enabled(
    if: Fixtures.hasDemoData && Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct RealModelTests {
  private struct Label: Decodable {
    var label: String
    var score: Float

    init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      label = try values.decode(String.self)
      score = try values.decode(Float.self)
    }
  }

  private static let cases: [(model: String, labels: String, input: InputConfiguration)] = [
    (
      "squeezenet.h5", "imagenet.txt",
      InputConfiguration(
        preprocess: .affine(scale: [1], offset: [-104.006, -116.669, -122.679]), resize: .bilinear,
        color: .bgr)
    ), ("face-mask.h5", "face-mask.txt", InputConfiguration(preprocess: .tf)),
  ]

  @Test(arguments: cases.indices) func photos(index: Int) throws {
    let (model, labels, input) = Self.cases[index]
    let data = try Data(
      contentsOf: URL(fileURLWithPath: Fixtures.directory("Classifier") + "/classifications.json"))
    let expected = try JSONDecoder().decode([String: [String: [Label]]].self, from: data)
    let text = try Data(contentsOf: URL(fileURLWithPath: Fixtures.demoData + "/labels/" + labels))
    let classifier = try ImageClassifier(
      model: Fixtures.demoData + "/models/" + model, labels: Labels.read(Array(text), from: .path(labels)),
      input: input,
      output: OutputConfiguration(top: 5), threads: 2)
    let photos = try #require(expected[model])
    #expect(photos.count >= 5)
    for (photo, best) in photos {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: Fixtures.demoData + "/photos/" + photo))
      let result = try bytes.withUnsafeBytes { try classifier.classify($0) }
      #expect(result.labels.map(\.label) == best.map(\.label), "\(photo)")
      let scores = (ours: result.labels.map(\.score), theirs: best.map(\.score))
      #expect(difference(scores.ours, scores.theirs, within: .absolute(1e-5)) == nil, "\(photo)")
    }
    if index == 0 {
      #expect(
        photos["chelsea.png"]?[0].label == "Egyptian cat" && photos["coffee.png"]?[0].label == "espresso")
    }
  }

  @Test(arguments: [
    ("weights-only.h5", "config"), ("../photos/rocket.jpg", "rocket.jpg"), ("no-such.h5", "no-such.h5"),
  ])
  func unusable(file: String, reason: String) {
    let error = #expect(throws: ClassifierError.self) {
      try ImageClassifier(model: Fixtures.demoData + "/models/" + file)
    }
    #expect(error?.kind == .model && error?.description.contains(file) == true)
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }
}
