/// From the bytes of an image file to the numbers that a model takes.
public struct ImagePipeline: Sendable, Equatable {
  /// The model's input, in pixels.
  public var height, width: Int
  public var resize: ResizeFilter
  public var fit: Fit
  public var color: Color
  public var preprocess: Preprocess
  /// Whether the camera's orientation tag turns the image first. Keras does not apply it.
  public var exifOrientation: Bool
  public var limits: ImageLimits

  public init(
    height: Int, width: Int, resize: ResizeFilter = .nearest, fit: Fit = .stretch, color: Color = .rgb,
    preprocess: Preprocess = .none, exifOrientation: Bool = false, limits: ImageLimits = ImageLimits()
  ) {
    self.height = height
    self.width = width
    self.resize = resize
    self.fit = fit
    self.color = color
    self.preprocess = preprocess
    self.exifOrientation = exifOrientation
    self.limits = limits
  }

  /// How many numbers ``load(_:into:)`` writes: height x width x channels.
  public var count: Int { height * width * color.channels }

  /// Throws when the parts contradict each other, so that a configuration can be refused early.
  public func validate() throws(ImagingError) {
  }

  /// Decodes, resizes and normalises one image into `output`: NHWC float32, exactly ``count`` numbers.
  public func load(
    _ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>
  ) throws(ImagingError) {
    throw ImagingError(.unsupportedFormat, "decoding is under construction")
  }
}
