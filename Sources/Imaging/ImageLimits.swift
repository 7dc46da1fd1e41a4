/// What an image may cost. Checked against its header, before any memory is taken for its pixels.
public struct ImageLimits: Sendable, Equatable {
  /// Width times height. The default is where Pillow refuses an image as a decompression bomb.
  public var maximumPixels: Int
  /// Bytes that decoding and resizing may take at once, the file itself left out.
  public var maximumMemory: Int

  public init(maximumPixels: Int = 178_956_970, maximumMemory: Int = .max) {
    self.maximumPixels = maximumPixels
    self.maximumMemory = maximumMemory
  }

  /// Throws when an image of this size is not allowed.
  func check(width: Int, height: Int) throws(ImagingError) {
    guard width > 0, height > 0 else {
      throw ImagingError(.corrupt, "the image says it is \(width)x\(height) pixels")
    }
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, pixels <= maximumPixels else {
      throw ImagingError(
        .tooLarge, "the image has \(width)x\(height) pixels, more than the limit of \(maximumPixels)")
    }
  }

  /// Throws when so many bytes are not allowed for an image.
  func check(memory: Int, of header: ImageHeader) throws(ImagingError) {
    guard memory <= maximumMemory else {
      throw ImagingError(
        .tooLarge,
        "the image of \(header.width)x\(header.height) pixels takes \(memory >> 20) MB to be decoded and resized, "
          + "more than the \(maximumMemory >> 20) MB that there are for it: give the function more memory")
    }
  }
}
