/// What an image may cost. Checked against its header, before any memory is taken for its pixels.
public struct ImageLimits: Sendable, Equatable {
  /// Width times height. The default is where Pillow refuses an image as a decompression bomb.
  public var maximumPixels: Int

  public init(maximumPixels: Int = 178_956_970) {
    self.maximumPixels = maximumPixels
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
}
