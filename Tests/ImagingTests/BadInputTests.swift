import TestSupport
import Testing

@testable import Imaging

/// Whatever the bytes are: an image or an error that says what is wrong, and no more memory than allowed.
struct BadInputTests {
  private func decode(_ bytes: [UInt8], limits: ImageLimits = ImageLimits()) throws(ImagingError) -> Image {
    do {
      return try bytes.withUnsafeBytes { try Image.decode($0, limits: limits) }
    } catch let error as ImagingError {
      throw error
    } catch {
      throw ImagingError(.invalidRequest, "\(error)")
    }
  }

  private func failure(_ bytes: [UInt8], limits: ImageLimits = ImageLimits()) -> ImagingError? {
    do {
      _ = try decode(bytes, limits: limits)
      return nil
    } catch {
      return error
    }
  }

  /// A PNG chunk with its right checksum.
  private func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    var sum: UInt32 = .max
    for byte in body {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return big(UInt32(data.count)) + body + big(~sum)
  }

  private func big(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// A PNG that claims a size; its pixels are missing.
  private func png(
    width: UInt32, height: UInt32, depth: UInt8 = 8, colorType: UInt8 = 2, interlace: UInt8 = 0
  ) -> [UInt8] {
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", big(width) + big(height) + [depth, colorType, 0, 0, interlace])
      + chunk("IDAT", [0x78, 0x9C, 3, 0])
  }

  @Test func `other formats are named in the refusal`() throws {
    var files: [([UInt8], String)] = [
      ([], "empty file"), (Array("<!DOCTYPE html><html>".utf8), "HTML"), (Array("  <svg xmlns=".utf8), "SVG"),
      (Array("<?xml version='1.0'?><svg>".utf8), "SVG"), ([0, 0, 0, 24] + Array("ftypheic".utf8), "HEIC"),
      ([0, 0, 0, 24] + Array("ftypavif".utf8), "AVIF"), (Array("RIFFxxxxWEBPVP8 ".utf8), "WebP"),
      (Array("PK\u{3}\u{4}".utf8), "zip"), (Array("%PDF-1.7".utf8), "PDF"),
      (Array("hello".utf8), "an unknown image format"),
      ([0xFF, 0xD8], "an unknown image format"), ([0x89, 0x50, 0x4E], "an unknown image format"),
    ]
    if PillowCases.exist {
      for (name, word) in [
        ("gif", "GIF"), ("webp", "WebP"), ("avif", "AVIF"), ("tiff", "TIFF"), ("pdf", "PDF"),
      ] {
        files.append((try PillowCases.file("other." + name), word))
      }
    }
    for (bytes, word) in files {
      let error = failure(bytes)
      #expect(error?.kind == .unsupportedFormat)
      #expect(error?.reason.contains(word) == true, "\(word): \(error?.reason ?? "accepted")")
    }
  }

  /// Pillow knows eight ways to place the colours in 32 bits.
  @Test func `masks of a BMP may place the colours anywhere`() throws {
    let fields = [54 + 12, 40, 1, 1, 1 + 32 << 16, 3, 4, 0, 0, 0, 0, 0xFF, 0xFF00, 0xFF0000].map(UInt32.init)
    let bytes = Array("BM".utf8) + Array(repeating: 0, count: 8) + fields.flatMap { big($0).reversed() }
    let image = try decode(bytes + [1, 2, 3, 4])
    #expect(image.mode == .rgb)
    #expect(image.pixels == [1, 2, 3])
    #expect(failure(bytes + [1, 2, 3])?.kind == .truncated)
  }

  @Test func `bombs are refused by their header`() {
    for (width, height) in [(60_000, 60_000), (.max >> 1, 1), (.max >> 1, .max >> 1), (20_000, 8948)]
      as [(UInt32, UInt32)]
    {
      #expect(failure(png(width: width, height: height))?.kind == .tooLarge)
    }
    #expect(failure(png(width: 11, height: 10), limits: ImageLimits(maximumPixels: 109))?.kind == .tooLarge)
    #expect(failure(png(width: 11, height: 10), limits: ImageLimits(maximumPixels: 110))?.kind != .tooLarge)
    #expect(failure(png(width: 0, height: 10))?.kind == .corrupt)
    #expect(failure(png(width: .max, height: 10))?.kind == .corrupt)
    #expect(failure(png(width: 10, height: 10, depth: 3))?.kind == .corrupt)
    #expect(failure(png(width: 10, height: 10, colorType: 5))?.kind == .corrupt)
  }

  /// Sizes that are allowed, but whose rows, interlaced pixels or weights take more than there is.
  @Test(arguments: [
    (67_000_000, 1, 8, 0, ResizeFilter.nearest), (40_000_000, 1, 16, 0, .tfBilinear),
    (8000, 8000, 8, 1, .nearest),
    (1, 67_000_000, 8, 0, .lanczos), (9000, 9000, 8, 0, .tfArea), (20_000_000, 1, 8, 0, .bicubic),
  ])
  func `what an image takes is computed before it is taken`(
    width: Int, height: Int, depth: Int, interlace: Int, filter: ResizeFilter
  ) throws {
    let bytes = png(
      width: UInt32(width), height: UInt32(height), depth: UInt8(depth), colorType: 6,
      interlace: UInt8(interlace))
    var pipeline = ImagePipeline(height: 224, width: 224, resize: filter)
    // The rows are missing: it would be found truncated, had its decoding begun.
    pipeline.limits = ImageLimits(maximumMemory: 200 << 20)
    let error = #expect(throws: ImagingError.self) { try bytes.withUnsafeBytes { try pipeline.load($0) } }
    #expect(error?.kind == .tooLarge && error?.reason.contains("MB") == true, "\(String(describing: error))")
  }

  @Test func `a large photo takes little`() throws {
    let bytes = png(width: 12_000, height: 9000)
    var pipeline = ImagePipeline(height: 224, width: 224, resize: .lanczos)
    pipeline.limits = ImageLimits(maximumMemory: 4 << 20)
    let error = #expect(throws: ImagingError.self) { try bytes.withUnsafeBytes { try pipeline.load($0) } }
    #expect(error?.kind == .truncated)
  }

  @Test(.enabled(if: PillowCases.exist, "\(Fixtures.hint)"))
  func `a JPEG that claims to be huge is refused by its header`() throws {
    var bytes = try PillowCases.file("jpeg-97x61-2.jpg")
    let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    bytes.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0xDC, 0xFF, 0xDC])
    #expect(failure(bytes)?.kind == .tooLarge)
    bytes.replaceSubrange((frame + 5)..<(frame + 9), with: [0, 0, 0, 0])
    #expect(failure(bytes)?.kind == .corrupt)
    #expect(
      failure(try PillowCases.file("two-components.jpg"))?.reason.contains("2 colour components") == true)
  }

  @Test(.enabled(if: PillowCases.exist, "\(Fixtures.hint)"))
  func `a progressive JPEG of endless scans is refused`() throws {
    let bytes = try PillowCases.file("jpeg-64x48-0-progressive.jpg")
    let scans = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
    let tables = try #require(
      bytes.indices.dropFirst(scans[0]).dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC4 })
    let scan = Array(bytes[scans[0]..<tables])
    let bomb = Array(bytes[..<scans[0]]) + (0..<600).flatMap { _ in scan } + Array(bytes[scans[0]...])
    let error = failure(bomb)
    #expect(error?.kind == .corrupt)
    #expect(error?.reason.contains("scans") == true)
  }

  @Test(.enabled(if: PillowCases.exist, "\(Fixtures.hint)"))
  func `a damaged PNG chunk is refused, and one that does not matter is passed over`() throws {
    let bytes = try PillowCases.file("png-2-8.png")
    let pixels = try #require(
      bytes.indices.dropLast(4).first { bytes[$0..<($0 + 4)].elementsEqual("IDAT".utf8) })
    var damaged = bytes
    damaged[pixels + 300] ^= 0x10
    #expect(failure(damaged)?.kind == .corrupt)
    damaged = bytes
    damaged[20] ^= 1
    #expect(failure(damaged)?.kind == .corrupt)

    // A text of 40 MB in 40 KB, a colour profile of nonsense, and an unknown chunk.
    let bomb = Array("k\0\0".utf8) + [0x78, 0x9C] + Array(repeating: 0, count: 40_000)
    let extra =
      chunk("zTXt", bomb) + chunk("iCCP", [1, 2, 3]) + chunk("teSt", Array(repeating: 7, count: 99))
    let padded = Array(bytes[..<33]) + extra + Array(bytes[33...])
    #expect(try decode(padded) == decode(bytes))
  }

  @Test(.enabled(if: PillowCases.exist, "\(Fixtures.hint)"))
  func `rows that are skipped do not change the others`() throws {
    for file in try PillowCases("decode").cases.map(\.file) {
      var random = SplitMix64(seed: 11)
      try PillowCases.file(file).withUnsafeBytes { bytes in
        let source = try openImage(Arrival(bytes), limits: ImageLimits())
        let header = source.header
        let all = try PixelBuffer(count: header.rowBytes * header.height)
        try source.read(header.height, into: all.base, stride: header.rowBytes)
        for _ in 0..<4 {
          let again = try openImage(Arrival(bytes), limits: ImageLimits())
          let some = try PixelBuffer(count: header.rowBytes * 9)
          var row = 0
          while row < header.height {
            let skipped = min(Int.random(in: 0...24, using: &random), header.height - row - 1)
            if skipped > 0 { try again.skip(skipped) }
            row += skipped
            let count = min(Int.random(in: 1...9, using: &random), header.height - row)
            try again.read(count, into: some.base, stride: header.rowBytes)
            let same = (0..<(count * header.rowBytes)).allSatisfy {
              // The fourth byte of RGB has no meaning.
              header.mode == .rgb && $0 % 4 == 3 || some.base[$0] == all.base[row * header.rowBytes + $0]
            }
            #expect(same, "\(file) from row \(row)")
            row += count
          }
        }
      }
    }
  }

  @Test(.enabled(if: PillowCases.exist, "\(Fixtures.hint)"))
  func `a missing end is noticed also where nobody asks for the last rows`() throws {
    // Wide enough that a square is cut out of the middle of the tall one, and few rows are picked.
    for file in ["jpeg-33x130-0.jpg", "jpeg-33x130-2.jpg", "jpeg-gray.jpg", "png-2-8.png", "tall.png"] {
      let bytes = try PillowCases.file(file)
      for resize in ResizeFilter.allCases {
        for fit in Fit.allCases {
          let pipeline = ImagePipeline(height: 8, width: 8, resize: resize, fit: fit)
          // Not every filter goes with every fit, and TensorFlow pads no sliver.
          guard (try? bytes.withUnsafeBytes { try pipeline.load($0) }) != nil else { continue }
          let error = #expect(throws: ImagingError.self) {
            try Array(bytes.dropLast(70)).withUnsafeBytes { try pipeline.load($0) }
          }
          #expect(error?.kind == .truncated, "\(file) \(resize) \(fit)")
          #expect(error?.reason.contains("\(bytes.count - 70) bytes") == true)
        }
      }
    }
  }

  @Test(.enabled(if: PillowCases.exist, "\(Fixtures.hint)"))
  func `mutated files end in an image or an error`() throws {
    var random = SplitMix64(seed: 2026)
    let limits = ImageLimits(maximumPixels: 200_000)
    var accepted = 0
    var refused = 0
    for file in try PillowCases("decode").cases.map(\.file) + ["exif-6.jpg", "exif-5.png", "xmp-3.jpg"] {
      let original = try PillowCases.file(file)
      for round in 0..<20 {
        var bytes = original
        for _ in 0..<Int.random(in: 1...6, using: &random) {
          let at = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0..<5, using: &random) {
          case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
          case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
          case 2: bytes.removeSubrange(at..<min(at + Int.random(in: 1...40, using: &random), bytes.count))
          case 3: bytes.insert(contentsOf: bytes[at..<min(at + 30, bytes.count)], at: at)
          default: bytes.removeSubrange(at...)
          }
          if bytes.isEmpty { bytes = [0] }
        }
        let pipeline = ImagePipeline(
          height: 9, width: 11, resize: ResizeFilter.allCases[round % 10], fit: Fit.allCases[round % 3],
          color: Color.allCases[round % 4], exifOrientation: round % 2 == 0, limits: limits)
        do {
          let values = try bytes.withUnsafeBytes { try pipeline.load($0) }
          #expect(values.allSatisfy { $0.isFinite })
          accepted += 1
        } catch let error as ImagingError {
          #expect(!error.reason.isEmpty)
          refused += 1
        }
      }
    }
    #expect(accepted > 300)
    #expect(refused > 500)
  }
}
