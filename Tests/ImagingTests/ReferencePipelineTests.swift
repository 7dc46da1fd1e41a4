import Foundation
import TestSupport
import Testing

@testable import Imaging

/// Small files as TensorFlow and OpenCV decode and resize them: scripts/reference/tf_pipelines.py, cv2_pipelines.py.
@Suite struct ReferencePipelineTests {
  struct Reference: Decodable {
    struct Case: Decodable {
      var file, fit, resize, color: String
      var size: [Int]
      /// float32 of TensorFlow, bytes of OpenCV; nil: refused.
      var values: Data?
    }

    var files: [String: Data]
    var cases: [Case]
  }

  /// - Parameter refused: files that the program misreads, or reads in a way of its own.
  private func compare(_ name: String, refused: Set<String>) throws {
    let path = Fixtures.root + "/scripts/reference/\(name).json"
    let reference = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(reference.cases.count >= 40)
    var equal = 0
    for item in reference.cases {
      let pipeline = ImagePipeline(
        height: item.size[0], width: item.size[1], resize: try #require(ResizeFilter(rawValue: item.resize)),
        fit: try #require(Fit(rawValue: item.fit)), color: try #require(Color(rawValue: item.color)))
      let bytes = try #require(reference.files[item.file])
      let text = "\(item.file) \(item.color) \(item.resize) \(item.fit)"
      let ours: [Float]
      do {
        ours = try bytes.withUnsafeBytes { try pipeline.load($0) }
      } catch let error as ImagingError {
        #expect(error.kind == .unsupportedFormat, "\(text): \(error)")
        #expect(item.values == nil || refused.contains(item.file), "\(text): \(error)")
        continue
      }
      let theirs = try #require(item.values, "\(text) is refused by \(name)")
      let isBytes = theirs.count == pipeline.count
      let numbers = theirs.withUnsafeBytes { bytes in
        (0..<pipeline.count).map {
          isBytes ? Float(bytes[$0]) : bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
        }
      }
      #expect(difference(ours, numbers, within: .exact) == nil, "\(text)")
      equal += 1
    }
    #expect(equal >= 30)
  }

  @Test func `tf data pipelines are followed to the bit`() throws {
    try compare("tf_pipelines", refused: ["palette.bmp", "gray.bmp"])
  }

  @Test func `OpenCV is followed to the bit`() throws {
    try compare("cv2_pipelines", refused: ["cmyk.jpg", "rgb.bmp", "rgba.bmp", "palette.bmp"])
  }
}
