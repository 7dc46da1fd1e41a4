import CZlib

@testable import Imaging

/// Sizes, filters, colours and boxes, as the first bytes of the input say; the rest are pixels.
struct ResizeTarget: FuzzTarget {
  func run(_ input: UnsafeRawBufferPointer) {
    var source = Bytes(input)
    let gray = source.choose([false, true])
    let depth = gray ? source.choose([1, 8, 16]) : 8
    let (width, height) = (source.size(), source.size())
    guard width * height <= ImageTarget.limits.maximumPixels else { return }
    let filter = source.choose(ResizeFilter.allCases)
    let color = source.choose(Color.allCases)
    let pipeline = ImagePipeline(
      height: source.size(), width: source.size(), resize: filter, fit: source.choose(Fit.allCases),
      color: color,
      preprocess: color == .rgb ? source.choose([.none, .torch, .caffe]) : .none, limits: ImageTarget.limits)
    guard pipeline.count <= 1 << 18 else { return }
    let box = ResizeBox(
      left: source.fraction() * Double(width), top: source.fraction() * Double(height),
      right: source.fraction() * Double(width), bottom: source.fraction() * Double(height))
    let png = PNG(width: width, height: height, isGray: gray, depth: depth, pixels: source.rest).bytes
    png.withUnsafeBytes { png in
      guard let image = try? Image.decode(png, limits: ImageTarget.limits) else { find("a PNG is not read") }
      if let values = try? pipeline.load(png) {
        expect(values.count == pipeline.count && values.allSatisfy(\.isFinite), "values are missing")
      }
      let (width, height) = (pipeline.width, pipeline.height)
      if let part = try? image.resized(width: width, height: height, filter: filter, box: box) {
        expect(part.pixels.count == width * height * part.mode.bytesPerPixel, "pixels are missing")
      }
    }
  }

  /// Takes numbers from the input; zeros where it has ended.
  private struct Bytes {
    private(set) var rest: UnsafeRawBufferPointer.SubSequence

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

    mutating func byte() -> Int { rest.popFirst().map { Int($0) } ?? 0 }

    mutating func choose<Value>(_ values: [Value]) -> Value { values[byte() % values.count] }

    /// From 1 on; mostly small.
    mutating func size() -> Int {
      let byte = byte()
      return byte < 224 ? byte % 40 + 1 : 1 << ((byte - 224) / 2) + 1
    }

    /// From 0 to 1, both included.
    mutating func fraction() -> Double { Double(byte() << 8 | byte()) / 65535 }
  }
}

/// A PNG without compression.
private struct PNG {
  let width: Int
  let height: Int
  let isGray: Bool
  let depth: Int
  let pixels: UnsafeRawBufferPointer.SubSequence

  var bytes: [UInt8] {
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let size = Self.word(width) + Self.word(height)
    add("IHDR", size + [UInt8(depth), isGray ? 0 : 2, 0, 0, 0], to: &file)
    add("IDAT", compressed, to: &file)
    add("IEND", [], to: &file)
    return file
  }

  private var compressed: [UInt8] {
    let rowBytes = (width * depth * (isGray ? 1 : 3) + 7) / 8
    var rows: [UInt8] = []
    rows.reserveCapacity((rowBytes + 1) * height)
    var next = pixels.startIndex
    for _ in 0..<height {
      rows.append(0)
      for _ in 0..<rowBytes {
        if next == pixels.endIndex { next = pixels.startIndex }
        rows.append(pixels.isEmpty ? 0 : pixels[next])
        next += pixels.isEmpty ? 0 : 1
      }
    }
    // The lowest level stores.
    var target = [UInt8](repeating: 0, count: Int(compressBound(UInt(rows.count))))
    var count = UInt(target.count)
    expect(compress2(&target, &count, rows, UInt(rows.count), 0) == Z_OK, "pixels are not stored")
    return Array(target.prefix(Int(count)))
  }

  private func add(_ type: String, _ data: [UInt8], to file: inout [UInt8]) {
    let body = Array(type.utf8) + data
    file += Self.word(data.count) + body + Self.word(Int(crc32(0, body, UInt32(body.count))))
  }

  /// Big-endian.
  private static func word(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
