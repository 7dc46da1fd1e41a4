import Testing
import TestSupport

@testable import Imaging

/// Not one pixel may differ from Pillow's.
@Suite(.enabled(if: PillowCases.exist, "\(Fixtures.hint)"))
struct PillowTests {
  @Test func `each file is decoded in the mode and to the pixels that Pillow has`() throws {
    let pillow = try PillowCases("decode")
    #expect(pillow.cases.count > 80)
    for item in pillow.cases {
      let image = try PillowCases.decode(item.file)
      #expect(image.mode.pillow == item.mode, "\(item.file)")
      #expect(image.width == item.width && image.height == item.height, "\(item.file)")
      #expect(difference(image.pixels, pillow.expected(item)) == nil, "\(item.description)")
    }
  }

  @Test func `each mode is converted to gray, RGB and RGBA as by Pillow`() throws {
    let pillow = try PillowCases("convert")
    #expect(pillow.cases.count > 160)
    for item in pillow.cases {
      let mode = try #require(ImageMode(pillow: item.mode ?? ""))
      let image = try PillowCases.decode(item.file).converted(to: mode)
      #expect(difference(image.pixels, pillow.expected(item)) == nil, "\(item.description)")
    }
  }

  @Test func `all filters resize all modes, whole or in part, as Pillow does`() throws {
    let pillow = try PillowCases("resize")
    #expect(pillow.cases.count > 300)
    for item in pillow.cases {
      let filter = try #require(ResizeFilter(rawValue: item.filter ?? ""))
      let box = item.box.map { ResizeBox(left: $0[0], top: $0[1], right: $0[2], bottom: $0[3]) }
      let image = try PillowCases.decode(item.file).resized(
        width: item.width ?? 0, height: item.height ?? 0, filter: filter, box: box)
      #expect(difference(image.pixels, pillow.expected(item)) == nil, "\(item.description)")
    }
  }

  @Test func `orientation tags are obeyed as by exif_transpose`() throws {
    let pillow = try PillowCases("orient")
    #expect(pillow.cases.count > 20)
    for item in pillow.cases {
      let bytes = try PillowCases.file(item.file)
      let image = try bytes.withUnsafeBytes { try Image.decode($0).oriented(by: $0) }
      #expect(image.width == item.width && image.height == item.height, "\(item.file)")
      #expect(difference(image.pixels, pillow.expected(item)) == nil, "\(item.file)")
    }
  }

  @Test func `images are resized as by Pillow 13`() throws {
    let pillow = try PillowCases("resize13")
    #expect(pillow.cases.count == 96)
    var changed = 0
    for item in pillow.cases {
      let image = try PillowCases.decode(item.file)
      let filter = try #require(ResizeFilter(rawValue: item.filter ?? ""))
      func resized(_ version: PillowVersion) throws -> [UInt8] {
        try image.resized(
          width: item.width ?? 0, height: item.height ?? 0, filter: filter, pillow: version
        ).pixels
      }
      #expect(difference(try resized(.from13), pillow.expected(item)) == nil, "\(item.description)")
      if try resized(.before13) != resized(.from13) { changed += 1 }
    }
    #expect(changed > 10)
  }

  @Test func `what Pillow refuses is refused`() throws {
    let pillow = try PillowCases("refused")
    #expect(pillow.cases.count > 10)
    for item in pillow.cases {
      #expect(throws: ImagingError.self, "\(item.file)") { try PillowCases.decode(item.file) }
    }
  }

  /// Except that Pillow accepts a PNG that lacks the checksum of its pixels, its last 4 + 16 bytes.
  @Test func `a file cut short is refused where Pillow refuses it`() throws {
    let pillow = try PillowCases("cut")
    #expect(pillow.cases.count > 200)
    for item in pillow.cases {
      let bytes = try PillowCases.file(item.file)
      let length = try #require(item.length)
      let isChecksum = item.file.hasSuffix(".png") && length >= bytes.count - 20
      let result = Result { try Array(bytes.prefix(length)).withUnsafeBytes { try Image.decode($0) } }
      switch result {
      case .success(let image):
        #expect(item.accepted == true, "\(item.description)")
        #expect(difference(image.pixels, pillow.expected(item)) == nil, "\(item.description)")
      case .failure(let error):
        let kind = try #require(error as? ImagingError).kind
        #expect(item.accepted == false || isChecksum, "\(item.description): \(error)")
        let isTold = kind == .truncated || length < 4 && kind == .unsupportedFormat
        #expect(isTold, "\(item.description): \(error)")
      }
    }
  }
}
