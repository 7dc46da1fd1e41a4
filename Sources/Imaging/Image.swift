/// Pixels in memory: rows from the top, pixels from the left, no padding.
public struct Image: Sendable, Equatable {
  public let width: Int
  public let height: Int
  public let mode: ImageMode
  /// `width * height * mode.bytesPerPixel` bytes.
  public let pixels: [UInt8]
  /// For ``ImageMode/palette``: 256 colours, red, green, blue and alpha each.
  public let palette: [UInt8]?

  public init(width: Int, height: Int, mode: ImageMode, pixels: [UInt8], palette: [UInt8]? = nil) {
    precondition(pixels.count == width * height * mode.bytesPerPixel, "an image of the wrong length")
    self.width = width
    self.height = height
    self.mode = mode
    self.pixels = pixels
    self.palette = palette
  }
}

extension Image {
  /// Decodes a PNG or JPEG (told by its content) as `PIL.Image.open` does, modes included.
  public static func decode(
    _ bytes: UnsafeRawBufferPointer, limits: ImageLimits = ImageLimits()
  ) throws(ImagingError) -> Image {
    throw ImagingError(.unsupportedFormat, "decoding is under construction")
  }

  /// The image in another mode, exactly as `PIL.Image.convert` does.
  public func converted(to mode: ImageMode) throws(ImagingError) -> Image {
    throw ImagingError(.invalidRequest, "conversion is under construction")
  }

  /// The image, or the part of it in `box`, at another size, exactly as `PIL.Image.resize` does.
  public func resized(
    width: Int, height: Int, filter: ResizeFilter, box: ResizeBox? = nil
  ) throws(ImagingError) -> Image {
    throw ImagingError(.invalidRequest, "resizing is under construction")
  }
}
