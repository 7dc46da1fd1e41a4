/// What is known of an image before its pixels.
struct ImageHeader: Sendable, Equatable {
  var width: Int
  var height: Int
  var mode: ImageMode
  /// For ``ImageMode/palette``: 256 colours, red, green, blue and alpha each.
  var palette: [UInt8]?
  /// The one colour (red, green, blue) that a conversion to RGBA makes transparent.
  var transparentColor: [UInt8]?

  /// Bytes from one row to the next.
  var rowBytes: Int { width * mode.rowBytesPerPixel }
}

/// The rows of an image, from the top, each handed out once.
///
/// Between the stages, RGB takes four bytes a pixel (the last has no meaning), as in Pillow's own memory:
/// four samples fill a vector where three do not. All other modes are as ``ImageMode`` describes.
protocol RowSource: AnyObject {
  var header: ImageHeader { get }
  /// Bytes that are taken while rows are read, whether they are taken already or not: from the header alone.
  var memory: Int { get }

  /// Writes the next `count` rows to `target`, `stride` bytes apart. There must be that many left.
  func read(_ count: Int, into target: UnsafeMutablePointer<UInt8>, stride: Int) throws(ImagingError)

  /// Passes over the next `count` rows. There must be at least one more.
  func skip(_ count: Int) throws(ImagingError)
}

extension RowSource {
  /// Reads what is left of `remaining` rows, so that damage at the end of a file does not go unnoticed
  /// where its last rows are not needed. `scratch` takes one row.
  func drain(_ remaining: Int, scratch: UnsafeMutablePointer<UInt8>) throws(ImagingError) {
    if remaining > 1 { try skip(remaining - 1) }
    if remaining > 0 { try read(1, into: scratch, stride: header.rowBytes) }
  }
}

extension ImageMode {
  /// Bytes that a pixel takes between the stages.
  var rowBytesPerPixel: Int { self == .rgb ? 4 : bytesPerPixel }
}

/// A whole image in memory, as rows.
final class BufferedRows: RowSource {
  let header: ImageHeader
  private let buffer: PixelBuffer
  private var next = 0
  var memory: Int { buffer.count }

  init(_ buffer: PixelBuffer, header: ImageHeader) {
    self.buffer = buffer
    self.header = header
  }

  /// Reads all of `source`.
  convenience init(reading source: any RowSource) throws(ImagingError) {
    let header = source.header
    let buffer = try PixelBuffer(count: header.rowBytes * header.height)
    try source.read(header.height, into: buffer.base, stride: header.rowBytes)
    self.init(buffer, header: header)
  }

  func read(_ count: Int, into target: UnsafeMutablePointer<UInt8>, stride: Int) throws(ImagingError) {
    for row in 0..<count {
      (target + row * stride).update(
        from: buffer.base + (next + row) * header.rowBytes, count: header.rowBytes)
    }
    next += count
  }

  func skip(_ count: Int) {
    next += count
  }

  /// Calls `body` with the first row; the others follow without a gap.
  func withPixels<Result, Failure: Error>(
    _ body: (UnsafeMutablePointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(buffer.base)
  }
}
