import JSON
import Imaging

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
  public var resize: ResizeFilter
  public var fit: Fit
  /// nil: grayscale, rgb or rgba for 1, 3 or 4 channels.
  public var color: Color?
  public var exifOrientation: Bool

  public init(
    size: Size? = nil, preprocess: Preprocess = .none, resize: ResizeFilter = .nearest, fit: Fit = .stretch,
    color: Color? = nil, exifOrientation: Bool = false
  ) {
    self.size = size
    self.preprocess = preprocess
    self.resize = resize
    self.fit = fit
    self.color = color
    self.exifOrientation = exifOrientation
  }

  init(_ model: ConfigurationSection) throws(ConfigurationError) {
    guard
      let section = try model.section(
        "input", keys: ["size", "preprocess", "resize", "fit", "color", "exifOrientation"])
    else {
      self.init()
      return
    }
    self.init(
      size: try Self.size(section), preprocess: try Self.preprocess(section),
      resize: try section.word("resize") ?? .nearest, fit: try section.word("fit") ?? .stretch,
      color: try section.word("color"), exifOrientation: try section.bool("exifOrientation") ?? false)
    // Without a colour only the model tells whether the parts fit.
    guard let color else { return }
    do throws(ImagingError) {
      try pipeline(height: size?.height ?? 1, width: size?.width ?? 1, color: color).validate()
    } catch {
      throw section.error(nil, error.reason)
    }
  }

  /// The pipeline for an input of that size.
  func pipeline(height: Int, width: Int, color: Color, limits: ImageLimits = ImageLimits()) -> ImagePipeline {
    ImagePipeline(
      height: height, width: width, resize: resize, fit: fit, color: color, preprocess: preprocess,
      exifOrientation: exifOrientation, limits: limits)
  }

  private static func size(_ section: ConfigurationSection) throws(ConfigurationError) -> Size? {
    guard section.value("size") != nil else { return nil }
    var sizes: [Int] = []
    for item in try section.list("size") {
      guard let size = item.value.integer, (1...8192).contains(size)
      else {
        throw ConfigurationError(
          file: section.file, place: item.place, reason: "a whole number of pixels should be here, 1 to 8192"
        )
      }
      sizes.append(size)
    }
    guard sizes.count == 2 else {
      throw section.error("size", "two numbers should be here: [height, width]")
    }
    return Size(height: sizes[0], width: sizes[1])
  }

  private static func preprocess(_ section: ConfigurationSection) throws(ConfigurationError) -> Preprocess {
    switch section.value("preprocess") {
    case nil: return .none
    case .string(let name):
      guard let preset = Preprocess(name: name) else {
        throw section.error(
          "preprocess",
          "there is no \"\(name)\"; " + nearest(name, of: Preprocess.names)
            + ", or an object with scale and offset")
      }
      return preset
    case .object:
      guard let parts = try section.section("preprocess", keys: ["scale", "offset"]) else { return .none }
      return .affine(scale: try parts.numbers("scale") ?? [1], offset: try parts.numbers("offset") ?? [0])
    case .some(let value):
      throw section.error(
        "preprocess", "a name, or an object with scale and offset, should be here, not \(value.kind)")
    }
  }

  var canonical: JSONValue {
    let size: JSONValue = size.map { [.integer($0.height), .integer($0.width)] } ?? .null
    let preprocess: JSONValue =
      switch preprocess {
      case .none: "none"
      case .unit: "unit"
      case .tf: "tf"
      case .torch: "torch"
      case .caffe: "caffe"
      case .affine(let scale, let offset):
        [
          "scale": .array(scale.map { .real(Double($0)) }),
          "offset": .array(offset.map { .real(Double($0)) }),
        ]
      }
    return [
      "size": size, "preprocess": preprocess, "resize": .string(resize.rawValue),
      "fit": .string(fit.rawValue),
      "color": color.map { .string($0.rawValue) } ?? .null, "exifOrientation": .bool(exifOrientation),
    ]
  }
}
