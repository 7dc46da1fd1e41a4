import Foundation
import Imaging
import TestSupport
import Testing

@testable import Classifier

/// `input.pipeline`: the programs themselves say what must come out.
@Suite struct TrainingPipelineTests {
  private struct Pipelines: Decodable {
    var photo: String
    var size: [Int]
    var values: [String: Data]
  }

  @Test(.enabled(if: Fixtures.exist("Classifier"), "\(Fixtures.hint)"))
  func `photos are read as by Keras and Teachable Machine`() throws {
    let data = try Data(
      contentsOf: URL(fileURLWithPath: Fixtures.directory("Classifier") + "/pipelines.json"))
    let pipelines = try JSONDecoder().decode(Pipelines.self, from: data)
    #expect(pipelines.values.count == 3)
    let path = Fixtures.root + "/.build-data/photos/" + pipelines.photo
    let photo = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    for (name, values) in pipelines.values {
      let input = InputConfiguration(pipeline: try #require(TrainingPipeline(rawValue: name)))
      let pipeline = input.pipeline(height: pipelines.size[0], width: pipelines.size[1])
      let ours = try photo.withUnsafeBytes { try pipeline.load($0) }
      let theirs = values.withUnsafeBytes { bytes in
        (0..<(bytes.count / 4)).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
      #expect(difference(ours, theirs, within: .exact) == nil, "\(name)")
    }
  }

  /// What `ReferencePipelineTests` compare with TensorFlow and OpenCV.
  @Test func `datasets, KerasHub and OpenCV have filters of their own`() {
    func pipeline(_ training: TrainingPipeline) -> ImagePipeline {
      InputConfiguration(pipeline: training).pipeline(height: 8, width: 9)
    }
    #expect(pipeline(.imageDatasetFromDirectory) == ImagePipeline(height: 8, width: 9, resize: .tfBilinear))
    #expect(pipeline(.kerasHub) == ImagePipeline(height: 8, width: 9, resize: .tfBilinear, fit: .crop))
    #expect(
      pipeline(.openCV)
        == ImagePipeline(height: 8, width: 9, resize: .cvLinear, color: .bgr, exifOrientation: true))
  }

  @Test func `single keys override`() {
    let input = InputConfiguration(
      pipeline: .teachableMachine, preprocess: .unit, resize: .bicubic, fit: .stretch, color: .bgr,
      exifOrientation: true)
    #expect(
      input.pipeline(height: 8, width: 9)
        == ImagePipeline(
          height: 8, width: 9, resize: .bicubic, color: .bgr, preprocess: .unit, exifOrientation: true))
    #expect(InputConfiguration(pipeline: .openCV).color(channels: 1) == .grayscale)
  }
}
