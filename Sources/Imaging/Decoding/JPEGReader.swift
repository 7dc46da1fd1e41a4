import CJPEG

/// Reads a JPEG row by row, through libjpeg with its default (accurate) transform and smooth upsampling,
/// which are Pillow's too. A progressive file is held by libjpeg as a whole, six bytes a pixel at most.
final class JPEGReader: RowSource {
  let header: ImageHeader
  private let jpeg: OpaquePointer
  private let file: Arrival

  init(_ file: Arrival, limits: ImageLimits) throws(ImagingError) {
    guard
      let jpeg = thimble_jpeg_create(
        file.bytes.bindMemory(to: UInt8.self).baseAddress, file.bytes.count, file.available,
        Arrival.waitFromC, file.context)
    else {
      throw ImagingError(.tooLarge, "not enough memory to start decoding")
    }
    do throws(ImagingError) {
      try Self.check(thimble_jpeg_read_header(jpeg), jpeg, file)
      let mode: ImageMode
      switch thimble_jpeg_components(jpeg) {
      case 1: mode = .gray
      case 3: mode = .rgb
      case 4: mode = .cmyk
      case let count:
        throw ImagingError(.corrupt, "the JPEG has \(count) colour components; 1, 3 or 4 are possible")
      }
      header = ImageHeader(
        width: Int(thimble_jpeg_width(jpeg)), height: Int(thimble_jpeg_height(jpeg)), mode: mode)
      try limits.check(width: header.width, height: header.height)
      try Self.check(thimble_jpeg_start(jpeg), jpeg, file)
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
    guard header.mode == .cmyk else { return }
    // Adobe's programs, which write nearly all such files, store the inks inverted. Pillow takes it for
    // granted, too.
    for row in 0..<count {
      let pixels = target + row * stride
      for index in 0..<header.rowBytes { pixels[index] = ~pixels[index] }
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
