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
  /// How the model's training read its images; what the other properties leave open is decided by it. nil: as the
  /// model's own preprocessor does, or `load_img` reads them, which the warnings of `thimble check` tell from a pipeline that was chosen.
  public var pipeline: TrainingPipeline?
  public var preprocess: Preprocess?
  public var resize: ResizeFilter?
  public var fit: Fit?
  /// nil: the pipeline's, or else grayscale, rgb or rgba for 1, 3 or 4 channels.
  public var color: Color?
  public var exifOrientation: Bool?
  public var pillow: PillowVersion

  public init(
    size: Size? = nil, pipeline: TrainingPipeline? = nil, preprocess: Preprocess? = nil,
    resize: ResizeFilter? = nil, fit: Fit? = nil, color: Color? = nil, exifOrientation: Bool? = nil,
    pillow: PillowVersion = .before13
  ) {
    self.size = size
    self.pipeline = pipeline
    self.preprocess = preprocess
    self.resize = resize
    self.fit = fit
    self.color = color
    self.exifOrientation = exifOrientation
    self.pillow = pillow
  }

  /// What holds, whether it was said or follows from the pipeline.
  private var training: TrainingPipeline { pipeline ?? .loadImg }
  private var filter: ResizeFilter { resize ?? training.resize }
  private var placement: Fit { fit ?? training.fit }
  private var turnsUpright: Bool { exifOrientation ?? training.exifOrientation }
  var arithmetic: Preprocess { preprocess ?? training.preprocess }

  /// The channels of a model that takes so many of them, or any number (nil).
  /// - Returns: nil where no image has that many.
  func color(channels: Int?) -> Color? {
    switch channels {
    case 1: color ?? .grayscale
    case 3, nil: color ?? training.color
    case 4: color ?? .rgba
    default: color
    }
  }

  /// The pipeline for an input of that size.
  /// - Parameter color: nil: the one of three channels.
  public func pipeline(
    height: Int, width: Int, color: Color? = nil, limits: ImageLimits = ImageLimits()
  ) -> ImagePipeline {
    let color = color ?? self.color ?? training.color
    return ImagePipeline(
      height: height, width: width, resize: filter, fit: placement, color: color, preprocess: arithmetic,
      exifOrientation: turnsUpright, pillow: pillow, limits: limits)
  }
}

extension InputConfiguration: ConfigurationSection {
  /// Public as the command line has options that mean the same.
  public enum Keys {
    public static let size = ConfigurationKey<InputConfiguration>(
      "size", \.size, .optional(.size), .results, text: "`[height, width]`", fallback: "the model's own")
    public static let pipeline = ConfigurationKey<InputConfiguration>(
      "pipeline", \.pipeline, .optional(.word), .resultsUnlessDefault,
      text: """
        how training read its images: `image_dataset_from_directory`, `load_img`, `ImageDataGenerator`, \
        `keras-hub`, `teachable-machine`, `opencv`; sets `resize`, `fit`, `preprocess`, `color` and \
        `exifOrientation`, unless they are there
        """, fallback: "`load_img`")
    public static let preprocess = ConfigurationKey<InputConfiguration>(
      "preprocess", \.preprocess, .optional(.preprocess), .results,
      text: """
        `none`, `unit` (x/255), `tf`, `torch`, `caffe` as in keras.applications, or an object such as \
        `{"scale": 1, "offset": [-104, -117, -123]}`
        """, fallback: "`none`", canonical: { ConfigurationType.preprocess.write($0.arithmetic) })
    public static let resize = ConfigurationKey<InputConfiguration>(
      "resize", \.resize, .optional(.word), .results,
      text: """
        `nearest`, `box`, `bilinear`, `hamming`, `bicubic`, `lanczos`: Pillow's; `tf-nearest`, `tf-bilinear`, \
        `tf-bicubic`, `tf-area`: tf.image's, which also decode as TensorFlow does; `cv-linear`: OpenCV's
        """, fallback: "`nearest`, as `load_img`, or as the model's own preprocessor",
      canonical: { .string($0.filter.rawValue) })
    public static let fit = ConfigurationKey<InputConfiguration>(
      "fit", \.fit, .optional(.word), .results,
      text: "`stretch`, `crop` (`keep_aspect_ratio`), `pad` (with black), `fit` (`ImageOps.fit`)",
      fallback: "`stretch`, or as the model's own preprocessor",
      canonical: { .string($0.placement.rawValue) })
    public static let color = ConfigurationKey<InputConfiguration>(
      "color", \.color, .optional(.word), .results, text: "`rgb`, `bgr`, `grayscale`, `rgba`",
      fallback: "by the model's channels")
    public static let exifOrientation = ConfigurationKey<InputConfiguration>(
      "exifOrientation", \.exifOrientation, .optional(.flag), .results,
      text: "turn the image upright, as its EXIF data says",
      fallback: "`false`, as Keras", canonical: { .bool($0.turnsUpright) })
    public static let pillow = ConfigurationKey<InputConfiguration>(
      "pillow", \.pillow, .number, .resultsUnlessDefault,
      text: "the version of Pillow that resized: `12` (or older), `13`", fallback: "`12`")
  }

  static let keys = [
    Keys.size, Keys.pipeline, Keys.preprocess, Keys.resize, Keys.fit, Keys.color, Keys.exifOrientation,
    Keys.pillow,
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
