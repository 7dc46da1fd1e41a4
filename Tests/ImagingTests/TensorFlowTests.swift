import Foundation
import TestSupport
import Testing

@testable import Imaging

/// What scripts/reference/tf_image.py had TensorFlow make of computed images.
@Suite struct TensorFlowTests {
  struct Case: Decodable {
    var height, width, channels, step: Int
    var size: [Int]
    var method: String
    var values: Data
  }

  /// The same image as the script's.
  static func picture(height: Int, width: Int, channels: Int) -> [UInt8] {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels { pixels.append(UInt8((x * 37 + y * 91 + c * 53 + x * y % 101 * 7) % 256)) }
      }
    }
    return pixels
  }

  static func resize(
    _ pixels: [UInt8], height: Int, width: Int, samples: Int, channels: Int, to size: [Int],
    _ filter: ResizeFilter
  ) -> [Float] {
    var result = [Float](repeating: .nan, count: size[0] * size[1] * channels)
    pixels.withUnsafeBufferPointer { pixels in
      guard let base = pixels.baseAddress else { return }
      TensorFlowResizer(
        pixels: base, inputWidth: width, inputHeight: height, samples: samples, channels: channels,
        width: size[1], height: size[0]
      ).run(filter, into: &result)
    }
    return result
  }

  @Test func `all four methods give TensorFlow's numbers to the bit`() throws {
    let file = URL(fileURLWithPath: Fixtures.root + "/scripts/reference/tf_image.json")
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    #expect(cases.count == 132)
    for item in cases {
      let filter = try #require(ResizeFilter(rawValue: "tf-" + item.method))
      let theirs = item.values.withUnsafeBytes { bytes in
        (0..<(bytes.count / 4)).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
      let pixels = Self.picture(height: item.height, width: item.width, channels: item.channels)
      let all = Self.resize(
        pixels, height: item.height, width: item.width, samples: item.channels, channels: item.channels,
        to: item.size, filter)
      let ours = stride(from: 0, to: all.count, by: item.step).map { all[$0] }
      #expect(
        difference(ours, theirs, within: .exact) == nil,
        "\(item.method) \(item.height)x\(item.width)x\(item.channels) to \(item.size)")
    }
  }

  /// As TensorFlow decodes an image.
  private func pixels(_ bytes: [UInt8]) throws -> [UInt8] {
    try bytes.withUnsafeBytes { bytes in
      let source = try openImage(
        Arrival(bytes), limits: ImageLimits(), rules: DecodingRules(program: .tensorFlow, channels: 3))
      let header = source.header
      let rows = try PixelBuffer(count: header.rowBytes * header.height)
      try source.read(header.height, into: rows.base, stride: header.rowBytes)
      return (0..<(header.width * header.height)).flatMap {
        [rows.base[4 * $0], rows.base[4 * $0 + 1], rows.base[4 * $0 + 2]]
      }
    }
  }

  @Test(.enabled(if: PillowCases.exist, "\(Fixtures.hint)"))
  func `the pipeline crops, resizes and pads for it`() throws {
    let bytes = try PillowCases.file("jpeg-97x61-2.jpg")
    let pixels = try self.pixels(bytes)
    var pipeline = ImagePipeline(height: 30, width: 30, resize: .tfBilinear, fit: .crop)
    var square: [UInt8] = []
    for y in 0..<61 { square += pixels[((y * 97 + 18) * 3)..<((y * 97 + 79) * 3)] }
    let cropped = Self.resize(
      square, height: 61, width: 61, samples: 3, channels: 3, to: [30, 30], .tfBilinear)
    #expect(difference(try bytes.withUnsafeBytes { try pipeline.load($0) }, cropped, within: .exact) == nil)

    pipeline.fit = .pad
    let inner = Self.resize(
      pixels, height: 61, width: 97, samples: 3, channels: 3, to: [18, 30], .tfBilinear)
    var padded = [Float](repeating: 0, count: 30 * 30 * 3)
    padded.replaceSubrange((5 * 90)..<(23 * 90), with: inner)
    #expect(difference(try bytes.withUnsafeBytes { try pipeline.load($0) }, padded, within: .exact) == nil)
  }

  /// The pipeline holds no more rows than a filter reads.
  @Test(
    .enabled(if: PillowCases.exist, "\(Fixtures.hint)"),
    arguments: ["bilinear", "bicubic", "area", "nearest"])
  func `rows that are left out are those that a method does not read`(method: String) throws {
    let filter = try #require(ResizeFilter(rawValue: "tf-" + method))
    let bytes = try PillowCases.file("jpeg-97x61-2.jpg")
    let pixels = try self.pixels(bytes)
    for (height, width) in [(1, 1), (7, 5), (30, 40), (61, 97), (61, 20), (100, 150)] {
      let pipeline = ImagePipeline(height: height, width: width, resize: filter)
      let all = Self.resize(
        pixels, height: 61, width: 97, samples: 3, channels: 3, to: [height, width], filter)
      let ours = try bytes.withUnsafeBytes { try pipeline.load($0) }
      #expect(difference(ours, all, within: .exact) == nil, "\(height)x\(width)")
      let needed = TensorFlowAxis(inputSize: 61, outputSize: height).needed(by: filter).count { $0 }
      let most = ["nearest": 1, "bilinear": 2, "bicubic": 4][method].map { min($0 * height, 61) } ?? 61
      #expect(needed <= most)
    }
  }
}
