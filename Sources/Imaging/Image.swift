/// Pixels in memory: rows from the top, pixels from the left, no padding.
public struct Image: Sendable, Equatable {
  public let width: Int
  public let height: Int
  public let mode: ImageMode
  /// `width * height * mode.bytesPerPixel` bytes.
  public let pixels: [UInt8]
  /// For ``ImageMode/palette``: 256 colours, red, green, blue and alpha each.
  public let palette: [UInt8]?
  /// The one colour (red, green, blue) that a conversion to RGBA makes transparent, if any.
  public let transparentColor: [UInt8]?

  /// Decodes a PNG, JPEG, BMP or PNM, recognised by its content, as `PIL.Image.open` does, modes included.
  public static func decode(
    _ bytes: UnsafeRawBufferPointer, limits: ImageLimits = ImageLimits()
  ) throws(ImagingError) -> Image {
    try Image(reading: openImage(Arrival(bytes), limits: limits))
  }

  /// The image in mode gray, rgb or rgba, exactly as `PIL.Image.convert` does.
  public func converted(to mode: ImageMode) throws(ImagingError) -> Image {
    if mode == self.mode { return self }
    guard RowConversion.targets.contains(mode) else {
      throw ImagingError(.invalidRequest, "an image cannot be converted to mode \(mode.rawValue)")
    }
    let rows = try rows()
    return try Image(
      reading: ConvertedRows(rows, RowConversion(from: rows.header, to: mode, premultiplies: false)))
  }

  /// The image, or the part of it in `box`, at another size, exactly as `PIL.Image.resize` does with one of
  /// its six filters. Bits and palettes are always resized to the nearest pixel.
  public func resized(
    width: Int, height: Int, filter: ResizeFilter, box: ResizeBox? = nil, pillow: PillowVersion = .before13
  ) throws(ImagingError) -> Image {
    let box = box ?? ResizeBox(width: self.width, height: self.height)
    guard !filter.isTensorFlow, filter != .cvLinear else {
      throw ImagingError(.invalidRequest, "\(filter.rawValue) is not one of Pillow's")
    }
    guard width > 0, height > 0, box.left >= 0, box.top >= 0, box.right <= Double(self.width),
      box.bottom <= Double(self.height), box.left <= box.right, box.top <= box.bottom
    else {
      throw ImagingError(
        .invalidRequest, "cannot resize \(box) of \(self.width)x\(self.height) pixels to \(width)x\(height)")
    }
    let rows = try rows()
    var header = rows.header
    (header.width, header.height) = (width, height)
    let buffer = try PixelBuffer(count: header.rowBytes * height)
    try Resizer(width: width, height: height, filter: filter, box: box, pillow: pillow).run(
      rows, into: buffer.base)
    return try Image(reading: BufferedRows(buffer, header: header))
  }

  /// The image put upright as its file says, as `PIL.ImageOps.exif_transpose` does.
  /// - Parameter bytes: the file that the image was decoded from.
  public func oriented(by bytes: UnsafeRawBufferPointer) throws(ImagingError) -> Image {
    try Image(reading: Orientation(Arrival(bytes)).apply(rows()))
  }

  private init(reading source: any RowSource) throws(ImagingError) {
    let header = source.header
    let buffer = try PixelBuffer(count: header.rowBytes * header.height)
    try source.read(header.height, into: buffer.base, stride: header.rowBytes)
    width = header.width
    height = header.height
    mode = header.mode
    palette = header.palette
    transparentColor = header.transparentColor
    let count = header.width * header.height
    pixels = Array(unsafeUninitializedCapacity: count * header.mode.bytesPerPixel) { target, filled in
      filled = target.count
      guard let target = target.baseAddress else { return }
      if header.mode == .rgb {
        for index in 0..<count { (target + 3 * index).update(from: buffer.base + 4 * index, count: 3) }
      } else {
        target.update(from: buffer.base, count: filled)
      }
    }
  }

  /// The pixels in the form that the stages pass on.
  private func rows() throws(ImagingError) -> BufferedRows {
    let header = ImageHeader(
      width: width, height: height, mode: mode, palette: palette, transparentColor: transparentColor)
    let buffer = try PixelBuffer(count: header.rowBytes * height)
    pixels.withUnsafeBufferPointer { source in
      guard let source = source.baseAddress else { return }
      if mode == .rgb {
        for index in 0..<(width * height) {
          (buffer.base + 4 * index).update(from: source + 3 * index, count: 3)
        }
      } else {
        buffer.base.update(from: source, count: pixels.count)
      }
    }
    return BufferedRows(buffer, header: header)
  }
}
