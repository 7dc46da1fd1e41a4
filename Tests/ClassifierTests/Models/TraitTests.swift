import Foundation
import Imaging
import Keras
import TestSupport
import Testing

@testable import Classifier

/// What models that Keras saved say about their preprocessing.
@Suite(.enabled(if: Fixtures.exist("Classifier"), "\(Fixtures.hint)"))
struct TraitTests {
  private func traits(_ name: String) throws -> ModelTraits {
    ModelTraits(try KerasModel(path: Fixtures.directory("Classifier") + "/scales-\(name).keras"))
  }

  private func warnings(_ name: String, _ preprocess: Preprocess) throws -> [String] {
    try traits(name).warnings(
      ModelConfiguration(
        name: "a", source: .path("a.keras"),
        input: InputConfiguration(preprocess: preprocess, resize: .tfBilinear)))
  }

  @Test(arguments: ["rescaling", "operations", "preprocess-input", "normalization"])
  func `models that scale pixels`(name: String) throws {
    #expect(try warnings(name, .none).isEmpty)
    for preprocess in [Preprocess.unit, .tf, .caffe, .affine(scale: [1 / 255], offset: [0])] {
      let warnings = try warnings(name, preprocess)
      #expect(warnings.count == 1 && warnings[0].contains("itself, and input.preprocess"), "\(warnings)")
    }
    #expect(try traits(name).notes.contains { $0.contains("leave input.preprocess out") })
  }

  @Test func `a model that standardises`() throws {
    #expect(try warnings("shares", .unit).isEmpty)
    let warnings = try warnings("shares", .none)
    #expect(warnings.count == 1 && warnings[0].contains("preprocess unit"), "\(warnings)")
  }

  @Test func `a backbone that needs its preprocessing`() throws {
    for preprocess in [Preprocess.tf, .unit] { #expect(try warnings("none", preprocess).isEmpty) }
    let warnings = try warnings("none", .none)
    #expect(warnings.count == 1 && warnings[0].contains("MobileNetV2") && warnings[0].hasSuffix("it is tf"))
  }

  @Test func nearest() throws {
    var model = ModelConfiguration(name: "a", source: .path("a.keras"))
    #expect(try traits("rescaling").warnings(model).contains { $0.contains("image_dataset_from_directory") })
    for chosen in [ResizeFilter.bilinear, .nearest] {
      model.input = InputConfiguration(resize: chosen)
      #expect(try traits("rescaling").warnings(model).isEmpty)
    }
    for pipeline in TrainingPipeline.allCases where pipeline != .teachableMachine {
      model.input = InputConfiguration(pipeline: pipeline)
      #expect(try traits("rescaling").warnings(model).isEmpty)
    }
    // It scales pixels itself.
    model.input = InputConfiguration(pipeline: .teachableMachine)
    #expect(try traits("rescaling").warnings(model).count == 1)
  }

  private struct Application: Decodable {
    var layers: [String]
    /// The result of `preprocess_input` for a pixel 255, 0, 255.
    var pixel: [Float]
  }

  @Test func applications() throws {
    let data = try Data(
      contentsOf: URL(fileURLWithPath: Fixtures.directory("Classifier") + "/applications.json"))
    let applications = try JSONDecoder().decode([String: Application].self, from: data)
    #expect(applications.count == 15)
    for (name, application) in applications {
      let backbone = Backbone.with(layers: Set(application.layers.map { $0[...] }))
      guard application.pixel != [255, 0, 255] else {
        #expect(backbone == nil, "\(name) preprocesses by itself")
        continue
      }
      let found = try #require(backbone, "\(name)")
      // `ResNet50V2` without its depth.
      let family = name.replacing(/\d\d+/, with: "")
      #expect(family.hasPrefix(found.name), "\(name) is taken for \(found.name)")
      let pixel = try Picture.png(red: 255, green: 0, blue: 255).withUnsafeBytes {
        try ImagePipeline(height: 1, width: 1, preprocess: found.preprocess).load($0)
      }
      #expect(difference(pixel, application.pixel, within: .absolute(1e-4)) == nil, "\(name)")
    }
  }
}
