import Testing
import TestSupport

@testable import Imaging

/// No number may differ from the result of Keras' own loading and preprocessing.
@Suite(.enabled(if: PillowCases.exist, "\(Fixtures.hint)"))
struct PipelineTests {
  private func load(_ pipeline: ImagePipeline, _ file: String) throws -> [Float] {
    try PillowCases.file(file).withUnsafeBytes { try pipeline.load($0) }
  }

  private func differs(_ pipeline: ImagePipeline, from item: PillowCases.Case, of keras: PillowCases) throws
    -> String?
  {
    difference(try load(pipeline, item.file), keras.floats(item), within: .exact)
  }

  @Test func `files are loaded in all colours, fits and filters as by load_img and ImageOps.pad`() throws {
    let keras = try PillowCases("load")
    #expect(keras.cases.count > 600)
    for item in keras.cases {
      let size = try #require(item.size)
      let pipeline = ImagePipeline(
        height: size[0], width: size[1], resize: try #require(ResizeFilter(rawValue: item.filter ?? "")),
        fit: try #require(Fit(rawValue: item.fit ?? "")),
        color: try #require(Color(rawValue: item.color ?? "")))
      #expect(try differs(pipeline, from: item, of: keras) == nil, "\(item.description)")
    }
  }

  @Test func `numbers are preprocessed to the bit as by keras.applications`() throws {
    let keras = try PillowCases("preprocess")
    #expect(keras.cases.count == 18)
    for item in keras.cases {
      var pipeline = ImagePipeline(height: 32, width: 32, resize: .bilinear)
      if let name = item.preprocess { pipeline.preprocess = try #require(Preprocess(name: name)) }
      if let scale = item.scale, let offset = item.offsets {
        pipeline.preprocess = .affine(scale: scale, offset: offset)
      }
      if let color = item.color { pipeline.color = try #require(Color(rawValue: color)) }
      #expect(try differs(pipeline, from: item, of: keras) == nil, "\(item.description)")
    }
  }

  @Test func `an image is put upright before it is resized, where asked`() throws {
    let keras = try PillowCases("orientload")
    #expect(keras.cases.count == 2)
    for item in keras.cases {
      var pipeline = ImagePipeline(height: 24, width: 20, resize: .bicubic, exifOrientation: true)
      #expect(try differs(pipeline, from: item, of: keras) == nil, "\(item.description)")
      pipeline.exifOrientation = false
      #expect(try differs(pipeline, from: item, of: keras) != nil, "\(item.description)")
    }
  }

  @Test func `padding is black before the arithmetic`() throws {
    let pipeline = ImagePipeline(height: 30, width: 30, fit: .pad, preprocess: .tf)
    // 97 x 61 pixels: 19 rows of picture, black above and below.
    let values = try load(pipeline, "jpeg-97x61-2.jpg")
    #expect(values.prefix(6 * 30 * 3).allSatisfy { $0 == -1 })
    #expect(values.suffix(5 * 30 * 3).allSatisfy { $0 == -1 })
    #expect(!values.dropFirst(6 * 30 * 3).prefix(30 * 3).allSatisfy { $0 == -1 })
  }

  @Test func `colours and arithmetic that contradict each other are refused`() {
    for (color, preprocess) in [
      (Color.bgr, Preprocess.caffe), (.bgr, .torch), (.grayscale, .caffe), (.rgba, .torch),
      (.rgb, .affine(scale: [1, 2], offset: [0])), (.grayscale, .affine(scale: [1], offset: [1, 2, 3])),
      (.rgb, .affine(scale: [], offset: [0])),
    ] {
      let pipeline = ImagePipeline(height: 8, width: 8, color: color, preprocess: preprocess)
      #expect(throws: ImagingError.self) { try pipeline.validate() }
    }
    #expect(throws: ImagingError.self) { try ImagePipeline(height: 0, width: 8).validate() }
    #expect(throws: ImagingError.self) { try ImagePipeline(height: .max, width: 8).validate() }
  }

  @Test func `a buffer of another length is refused`() throws {
    let bytes = try PillowCases.file("photo.jpg")
    var room = [Float](repeating: 0, count: 10)
    #expect(throws: ImagingError.self) {
      try bytes.withUnsafeBytes { bytes in
        try room.withUnsafeMutableBufferPointer {
          try ImagePipeline(height: 8, width: 8).load(bytes, into: $0)
        }
      }
    }
  }
}
