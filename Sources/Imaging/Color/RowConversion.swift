/// Turns rows of one mode into another, exactly as `PIL.Image.convert` does.
struct RowConversion {
  let from: ImageHeader
  /// One of ``targets``, or `from.mode`.
  let to: ImageMode
  /// Whether colours are then multiplied by their alpha, as Pillow does around a resize of RGBA and LA.
  let premultiplies: Bool

  /// The modes that any other can be turned into.
  static let targets: [ImageMode] = [.gray, .rgb, .rgba]

  var isIdentity: Bool { from.mode == to && !premultiplies }

  /// What comes out. Mode and size; the palette and transparent colour have served their purpose.
  var header: ImageHeader {
    from.mode == to ? from : ImageHeader(width: from.width, height: from.height, mode: to)
  }

  /// Converts one row. `output` may not overlap `input`.
  func apply(_ input: UnsafePointer<UInt8>, _ output: UnsafeMutablePointer<UInt8>) {
    if from.mode == to {
      output.update(from: input, count: from.rowBytes)
    } else if to == .gray {
      writeGray(input, output)
    } else {
      writeColors(input, output)
      if to == .rgba, let color = from.transparentColor { clearAlpha(of: color, output) }
    }
    if premultiplies { premultiply(output) }
  }

  private func writeGray(_ input: UnsafePointer<UInt8>, _ output: UnsafeMutablePointer<UInt8>) {
    switch from.mode {
    case .bilevel, .gray:
      output.update(from: input, count: from.width)
    case .grayAlpha:
      for x in 0..<from.width { output[x] = input[2 * x] }
    case .gray16:
      for x in 0..<from.width { output[x] = Self.clipped(input + 2 * x) }
    case .palette:
      guard let palette = from.palette else { return }
      for x in 0..<from.width {
        let color = 4 * Int(input[x])
        output[x] = Self.luma(palette[color], palette[color + 1], palette[color + 2])
      }
    case .rgb, .rgba:
      for x in 0..<from.width {
        output[x] = Self.luma(input[4 * x], input[4 * x + 1], input[4 * x + 2])
      }
    case .cmyk:
      for x in 0..<from.width {
        let color = Self.color(ofInks: input + 4 * x)
        output[x] = Self.luma(color.0, color.1, color.2)
      }
    }
  }

  /// Writes red, green, blue and alpha.
  private func writeColors(_ input: UnsafePointer<UInt8>, _ output: UnsafeMutablePointer<UInt8>) {
    @inline(__always) func put(_ x: Int, _ red: UInt8, _ green: UInt8, _ blue: UInt8, _ alpha: UInt8) {
      output[4 * x] = red
      output[4 * x + 1] = green
      output[4 * x + 2] = blue
      output[4 * x + 3] = alpha
    }
    switch from.mode {
    case .bilevel, .gray:
      for x in 0..<from.width { put(x, input[x], input[x], input[x], 255) }
    case .grayAlpha:
      for x in 0..<from.width { put(x, input[2 * x], input[2 * x], input[2 * x], input[2 * x + 1]) }
    case .gray16:
      for x in 0..<from.width {
        let value = Self.clipped(input + 2 * x)
        put(x, value, value, value, 255)
      }
    case .palette:
      guard let palette = from.palette else { return }
      for x in 0..<from.width {
        let color = 4 * Int(input[x])
        put(x, palette[color], palette[color + 1], palette[color + 2], palette[color + 3])
      }
    case .rgb, .rgba:
      for x in 0..<from.width { put(x, input[4 * x], input[4 * x + 1], input[4 * x + 2], 255) }
    case .cmyk:
      for x in 0..<from.width {
        let color = Self.color(ofInks: input + 4 * x)
        put(x, color.0, color.1, color.2, 255)
      }
    }
  }

  private func clearAlpha(of color: [UInt8], _ output: UnsafeMutablePointer<UInt8>) {
    for x in 0..<from.width {
      let pixel = output + 4 * x
      if pixel[0] == color[0] && pixel[1] == color[1] && pixel[2] == color[2] { pixel[3] = 0 }
    }
  }

  private func premultiply(_ row: UnsafeMutablePointer<UInt8>) {
    let size = to.rowBytesPerPixel
    for x in 0..<from.width {
      let pixel = row + size * x
      let alpha = pixel[size - 1]
      if alpha == 255 { continue }
      for sample in 0..<(size - 1) { pixel[sample] = Self.scaled(pixel[sample], by: alpha) }
    }
  }

  /// Divides colours by their alpha again: what ``premultiplies`` did, undone after the resize.
  static func unpremultiply(_ pixels: UnsafeMutablePointer<UInt8>, count: Int, mode: ImageMode) {
    let size = mode.rowBytesPerPixel
    for x in 0..<count {
      let pixel = pixels + size * x
      let alpha = Int(pixel[size - 1])
      if alpha == 255 || alpha == 0 { continue }
      for sample in 0..<(size - 1) { pixel[sample] = UInt8(min(255 * Int(pixel[sample]) / alpha, 255)) }
    }
  }

  /// ITU-R 601-2 luma in 16-bit fixed point, rounded.
  @inline(__always)
  private static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    UInt8(
      truncatingIfNeeded: (UInt32(red) * 19595 + UInt32(green) * 38470 + UInt32(blue) * 7471 + 0x8000) >> 16)
  }

  /// A 16-bit gray as 8 bits: not scaled but cut off at 255.
  @inline(__always)
  private static func clipped(_ input: UnsafePointer<UInt8>) -> UInt8 {
    UInt8(min(UnsafeRawPointer(input).loadUnaligned(as: UInt16.self), 255))
  }

  /// `value * factor / 255`, rounded.
  @inline(__always)
  private static func scaled(_ value: UInt8, by factor: UInt8) -> UInt8 {
    let product = UInt32(value) * UInt32(factor) + 128
    return UInt8(truncatingIfNeeded: ((product >> 8) + product) >> 8)
  }

  /// Red, green and blue of cyan, magenta, yellow and black.
  @inline(__always)
  private static func color(ofInks inks: UnsafePointer<UInt8>) -> (UInt8, UInt8, UInt8) {
    let light = 255 - inks[3]
    return (
      light - scaled(inks[0], by: light), light - scaled(inks[1], by: light),
      light - scaled(inks[2], by: light)
    )
  }
}

/// The rows of another source in another mode.
final class ConvertedRows: RowSource {
  let header: ImageHeader
  private let source: any RowSource
  private let conversion: RowConversion
  private let row: PixelBuffer
  var memory: Int { source.memory + row.count }

  init(_ source: any RowSource, _ conversion: RowConversion) throws(ImagingError) {
    self.source = source
    self.conversion = conversion
    header = conversion.header
    row = try PixelBuffer(count: source.header.rowBytes)
  }

  func read(_ count: Int, into target: UnsafeMutablePointer<UInt8>, stride: Int) throws(ImagingError) {
    for index in 0..<count {
      try source.read(1, into: row.base, stride: source.header.rowBytes)
      conversion.apply(row.base, target + index * stride)
    }
  }

  func skip(_ count: Int) throws(ImagingError) {
    try source.skip(count)
  }
}
