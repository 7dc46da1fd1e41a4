import Imaging
import JSON

/// How an image becomes a model's input.
public struct InputConfiguration: Sendable, Equatable {
  /// In pixels.
  public struct Size: Sendable, Equatable {
    public var height, width: Int

    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }
  }

  /// nil: the model's own.
  public var size: Size?
  public var preprocess: Preprocess
  /// nil: nearest, which the warnings of `thimble check` tell from one that was chosen.
  public var resize: ResizeFilter?
  public var fit: Fit
  /// nil: grayscale, rgb or rgba for 1, 3 or 4 channels.
  public var color: Color?
  public var exifOrientation: Bool

  public init(
    size: Size? = nil, preprocess: Preprocess = .none, resize: ResizeFilter? = nil, fit: Fit = .stretch,
    color: Color? = nil, exifOrientation: Bool = false
  ) {
    self.size = size
    self.preprocess = preprocess
    self.resize = resize
    self.fit = fit
    self.color = color
    self.exifOrientation = exifOrientation
  }

  /// How images are resized.
  private var filter: ResizeFilter { resize ?? .nearest }

  /// The pipeline for an input of that size.
  func pipeline(height: Int, width: Int, color: Color, limits: ImageLimits = ImageLimits()) -> ImagePipeline {
    ImagePipeline(
      height: height, width: width, resize: filter, fit: fit, color: color, preprocess: preprocess,
      exifOrientation: exifOrientation, limits: limits)
  }
}

extension InputConfiguration: ConfigurationSection {
  /// Public as the command line has options that mean the same.
  public enum Keys {
    public static let size = ConfigurationKey<InputConfiguration>(
      "size", \.size, .optional(.size), .results, text: "`[height, width]`", fallback: "the model's own")
    public static let preprocess = ConfigurationKey<InputConfiguration>(
      "preprocess", \.preprocess, .preprocess, .results,
      text: """
        `none`, `unit` (x/255), `tf`, `torch`, `caffe` as in keras.applications, or an object such as \
        `{"scale": 1, "offset": [-104, -117, -123]}`
        """, fallback: "`none`")
    public static let resize = ConfigurationKey<InputConfiguration>(
      "resize", \.resize, .optional(.word), .results,
      text: """
        `nearest`, `box`, `bilinear`, `hamming`, `bicubic`, `lanczos`: Pillow's; `tf-nearest`, `tf-bilinear`, \
        `tf-bicubic`, `tf-area`: tf.image's
        """, fallback: "`nearest`, as `load_img`", canonical: { .string($0.filter.rawValue) })
    public static let fit = ConfigurationKey<InputConfiguration>(
      "fit", \.fit, .word, .results,
      text: "`stretch`, `crop` (`keep_aspect_ratio`), `pad` (with black)", fallback: "`stretch`")
    public static let color = ConfigurationKey<InputConfiguration>(
      "color", \.color, .optional(.word), .results, text: "`rgb`, `bgr`, `grayscale`, `rgba`",
      fallback: "by the model's channels")
    public static let exifOrientation = ConfigurationKey<InputConfiguration>(
      "exifOrientation", \.exifOrientation, .flag, .results,
      text: "turn the image upright, as its EXIF data says",
      fallback: "`false`, as Keras")
  }

  static let keys = [
    Keys.size, Keys.preprocess, Keys.resize, Keys.fit, Keys.color, Keys.exifOrientation,
  ]

  public init() { self.init(size: nil) }

  func check(_ place: ConfigurationPlace) throws(ConfigurationError) {
    // Without a colour only the model tells whether the parts fit.
    guard let color else { return }
    do throws(ImagingError) {
      try pipeline(height: size?.height ?? 1, width: size?.width ?? 1, color: color).validate()
    } catch {
      throw place.error(error.reason)
    }
  }
}

extension ConfigurationType<InputConfiguration.Size> {
  fileprivate static let size = Self(
    read: { value, place throws(ConfigurationError) in
      let items = try value.items(place)
      let sizes = items.map { $0.integer.flatMap { (1...8192).contains($0) ? $0 : nil } }
      if let wrong = sizes.firstIndex(of: nil) {
        throw place[wrong].error("a whole number of pixels should be here, 1 to 8192")
      }
      guard sizes.count == 2, let height = sizes[0], let width = sizes[1] else {
        throw place.error("two numbers should be here: [height, width]")
      }
      return InputConfiguration.Size(height: height, width: width)
    }, write: { [.integer($0.height), .integer($0.width)] })
}
