import CPNG

/// Reads a PNG row by row through libpng; an interlaced one as a whole first. Modes are those that Pillow
/// opens such a file in; colour profiles and gamma are not applied, as Pillow does not either. The gray of
/// TensorFlow and OpenCV is libpng's, which obeys the gamma.
final class PNGReader: RowSource {
  let header: ImageHeader
  let memory: Int
  private let png: OpaquePointer
  private let file: Arrival
  private let isInterlaced: Bool
  /// All rows of an interlaced image, once the first is asked for.
  private var whole: BufferedRows?
  /// Where rows go that nobody wants.
  private var scratch: PixelBuffer?

  init(_ file: Arrival, limits: ImageLimits, rules: DecodingRules) throws(ImagingError) {
    guard
      let png = thimble_png_create(
        file.bytes.bindMemory(to: UInt8.self).baseAddress, file.bytes.count, file.available,
        Arrival.waitFromC, file.context, rules.mode == .gray ? 1 : 0)
    else {
      throw ImagingError(.tooLarge, "not enough memory to start decoding")
    }
    do throws(ImagingError) {
      var chunks = thimble_png_header()
      try Self.check(thimble_png_read_header(png, &chunks), png, file)
      header =
        rules.mode.map { ImageHeader(width: Int(chunks.width), height: Int(chunks.height), mode: $0) }
        ?? Self.header(chunks)
      isInterlaced = chunks.is_interlaced != 0
      try limits.check(width: header.width, height: header.height)
      // A row that nobody wants, and all rows of an interlaced image.
      memory = thimble_png_memory(png) + header.rowBytes * (isInterlaced ? header.height : 1)
      try limits.check(memory: memory, of: header)
      let status =
        rules.mode == nil ? thimble_png_start(png) : thimble_png_start_channels(png, Int32(rules.channels))
      try Self.check(status, png, file)
    } catch {
      thimble_png_destroy(png)
      throw error
    }
    self.png = png
    self.file = file
  }

  deinit {
    thimble_png_destroy(png)
  }

  func read(_ count: Int, into target: UnsafeMutablePointer<UInt8>, stride: Int) throws(ImagingError) {
    if isInterlaced {
      try wholeImage().read(count, into: target, stride: stride)
    } else {
      try Self.check(thimble_png_read_rows(png, target, stride, count), png, file)
    }
  }

  func skip(_ count: Int) throws(ImagingError) {
    if isInterlaced {
      try wholeImage().skip(count)
      return
    }
    let row: PixelBuffer
    if let scratch {
      row = scratch
    } else {
      row = try PixelBuffer(count: header.rowBytes)
      scratch = row
    }
    // With no bytes from one row to the next, each overwrites the last.
    try Self.check(thimble_png_read_rows(png, row.base, 0, count), png, file)
  }

  private func wholeImage() throws(ImagingError) -> BufferedRows {
    if let whole { return whole }
    let buffer = try PixelBuffer(count: header.rowBytes * header.height)
    try Self.check(thimble_png_read_rows(png, buffer.base, header.rowBytes, header.height), png, file)
    let rows = BufferedRows(buffer, header: header)
    whole = rows
    return rows
  }

  private static func header(_ file: thimble_png_header) -> ImageHeader {
    var header = ImageHeader(width: Int(file.width), height: Int(file.height), mode: .rgba)
    switch (file.color_type, file.bit_depth) {
    case (0, 1): header.mode = .bilevel
    case (0, 16): header.mode = .gray16
    case (0, _): header.mode = .gray
    case (2, _): header.mode = .rgb
    case (3, _):
      header.mode = .palette
      header.palette = withUnsafeBytes(of: file.palette) { Array($0) }
    case (4, 8): header.mode = .grayAlpha
    default: break
    }
    if file.has_transparent_color != 0 {
      // Pillow compares the low byte of what the file says with pixels of eight bits, whatever the depth.
      let color = file.transparent_color
      switch header.mode {
      case .bilevel: header.transparentColor = Array(repeating: color.0 == 0 ? 0 : 255, count: 3)
      case .gray, .gray16:
        header.transparentColor = Array(repeating: UInt8(truncatingIfNeeded: color.0), count: 3)
      case .rgb:
        header.transparentColor = [color.0, color.1, color.2].map { UInt8(truncatingIfNeeded: $0) }
      default: break
      }
    }
    return header
  }

  private static func check(
    _ status: thimble_png_status, _ png: OpaquePointer, _ file: Arrival
  ) throws(ImagingError) {
    switch status {
    case THIMBLE_PNG_OK: return
    case THIMBLE_PNG_TRUNCATED:
      throw ImagingError(
        .truncated, "the PNG is truncated: its \(file.bytes.count) bytes end before the image does")
    case THIMBLE_PNG_INTERRUPTED:
      throw file.interruption
    default:
      throw ImagingError(.corrupt, "the PNG is damaged: \(String(cString: thimble_png_message(png)))")
    }
  }
}
