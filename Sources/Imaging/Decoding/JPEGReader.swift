import CJPEG

/// Reads a JPEG row by row, through libjpeg with its default (accurate) transform and smooth upsampling,
/// which are Pillow's too; TensorFlow's is the fast transform. A progressive file is held by libjpeg as a whole, six
/// bytes a pixel at most.
final class JPEGReader: RowSource {
  let header: ImageHeader
  let memory: Int
  private let jpeg: OpaquePointer
  private let file: Arrival
  /// How four inks become the colours of the header's mode.
  private let inks: Inks?

  /// Rows of four inks.
  private enum Inks {
    /// They stay, inverted: Adobe's programs, which write nearly all such files, store them so. Pillow takes it for
    /// granted, too.
    case inverted
    /// They become RGB as in TensorFlow's jpeg_mem.cc, which asks whether Adobe's marker is there.
    case colors(isInverted: Bool)
  }

  init(_ file: Arrival, limits: ImageLimits, rules: DecodingRules) throws(ImagingError) {
    guard
      let jpeg = thimble_jpeg_create(
        file.bytes.bindMemory(to: UInt8.self).baseAddress, file.bytes.count, file.available,
        Arrival.waitFromC, file.context)
    else {
      throw ImagingError(.tooLarge, "not enough memory to start decoding")
    }
    do throws(ImagingError) {
      try Self.check(thimble_jpeg_read_header(jpeg), jpeg, file)
      let components = thimble_jpeg_components(jpeg)
      guard [1, 3, 4].contains(components) else {
        throw ImagingError(
          .corrupt, "the JPEG has \(components) colour components; 1, 3 or 4 are possible")
      }
      let mode: ImageMode = rules.mode ?? (components == 1 ? .gray : components == 3 ? .rgb : .cmyk)
      switch rules.program {
      case .pillow:
        inks = components == 4 ? .inverted : nil
      case .tensorFlow:
        guard mode == .rgb || mode == .gray && components < 4 else {
          throw rules.refusal("a JPEG of \(components) components")
        }
        inks = components == 4 ? .colors(isInverted: thimble_jpeg_has_adobe_marker(jpeg) != 0) : nil
      case .openCV:
        guard components < 4 else { throw rules.refusal("a JPEG of \(components) components") }
        inks = nil
      }
      header = ImageHeader(
        width: Int(thimble_jpeg_width(jpeg)), height: Int(thimble_jpeg_height(jpeg)), mode: mode)
      try limits.check(width: header.width, height: header.height)
      memory = thimble_jpeg_memory(jpeg)
      try limits.check(memory: memory, of: header)
      let rows =
        inks != nil ? THIMBLE_JPEG_CMYK : mode == .gray ? THIMBLE_JPEG_GRAY : THIMBLE_JPEG_RGBX
      try Self.check(thimble_jpeg_start(jpeg, rows, rules.program == .tensorFlow ? 1 : 0), jpeg, file)
    } catch {
      thimble_jpeg_destroy(jpeg)
      throw error
    }
    self.jpeg = jpeg
    self.file = file
  }

  deinit {
    thimble_jpeg_destroy(jpeg)
  }

  func read(_ count: Int, into target: UnsafeMutablePointer<UInt8>, stride: Int) throws(ImagingError) {
    try Self.check(thimble_jpeg_read_rows(jpeg, target, stride, count), jpeg, file)
    guard let inks else { return }
    for row in 0..<count {
      let pixels = target + row * stride
      switch inks {
      case .inverted:
        for index in 0..<header.rowBytes { pixels[index] = ~pixels[index] }
      case .colors(let isInverted):
        for x in 0..<header.width { Self.writeColors(pixels + 4 * x, isInverted: isInverted) }
      }
    }
  }

  /// Writes red, green and blue over cyan, magenta, yellow and black.
  private static func writeColors(_ pixel: UnsafeMutablePointer<UInt8>, isInverted: Bool) {
    let light = Int(isInverted ? pixel[3] : 255 - pixel[3])
    for color in 0..<3 {
      pixel[color] = UInt8(light * Int(isInverted ? pixel[color] : 255 - pixel[color]) / 255)
    }
  }

  func skip(_ count: Int) throws(ImagingError) {
    try Self.check(thimble_jpeg_skip_rows(jpeg, count), jpeg, file)
  }

  private static func check(
    _ status: thimble_jpeg_status, _ jpeg: OpaquePointer, _ file: Arrival
  ) throws(ImagingError) {
    switch status {
    case THIMBLE_JPEG_OK: return
    case THIMBLE_JPEG_TRUNCATED:
      throw ImagingError(
        .truncated, "the JPEG is truncated: its \(file.bytes.count) bytes end before the image does")
    case THIMBLE_JPEG_OUT_OF_MEMORY:
      throw ImagingError(.tooLarge, "not enough memory to decode the JPEG")
    case THIMBLE_JPEG_INTERRUPTED:
      throw file.interruption
    default:
      throw ImagingError(.corrupt, "the JPEG is damaged: \(String(cString: thimble_jpeg_message(jpeg)))")
    }
  }
}
