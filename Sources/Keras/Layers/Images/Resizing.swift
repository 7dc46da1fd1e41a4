import Inference

extension LayerClass {
  static let resizing: [String: LayerClass] = [
    "UpSampling1D": LayerClass { layer, builder throws(KerasError) in
      let count = try layer.configuration.step("size", default: 2)
      return .tensor(try builder.add(.repeatElements(count: count, axis: 1), [layer.input()], layer))
    },
    "UpSampling2D": LayerClass { layer, builder throws(KerasError) in
      let size = try layer.configuration.extent("size", default: 2)
      let interpolation = try layer.configuration.interpolation(default: "nearest")
      let input = try builder.channelsLast(layer.input(), layer)
      let result = try builder.add(
        .resize(Resize(size: .scaled(size), interpolation: interpolation)), [input], layer)
      return .tensor(try builder.channelsAsSaved(result, layer))
    },
    "Resizing": LayerClass { layer, builder throws(KerasError) in
      let size = try layer.configuration.targetSize()
      let image = try builder.channelsLast(layer.input(), layer)
      return .tensor(try builder.channelsAsSaved(builder.resizedInType(image, to: size, layer), layer))
    },
  ]
}

extension LayerConfiguration {
  /// `interpolation` of layers that resize.
  fileprivate func interpolation(default fallback: String) throws(KerasError) -> Resize.Interpolation {
    let name = try string("interpolation", default: fallback)
    guard let interpolation = Resize.Interpolation(keras: name) else {
      throw error("interpolation", "one of \(Resize.Interpolation.names.joined(separator: ", "))")
    }
    return interpolation
  }
}

extension Resize.Interpolation {
  static let names = [
    "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area", "gaussian", "mitchellcubic",
  ]

  /// The method of a name that Keras or tf.image uses, in any case; nil if the name is unknown.
  init?(keras name: String) {
    switch name.lowercased() {
    case "nearest": self = .nearest
    case "bilinear": self = .bilinear
    case "bicubic": self = .bicubic
    case "lanczos3": self = .lanczos3
    case "lanczos5": self = .lanczos5
    case "area": self = .area
    case "gaussian": self = .gaussian
    case "mitchellcubic": self = .mitchellcubic
    default: return nil
    }
  }
}

extension GraphBuilder {
  /// An image resized by a `Resizing` layer, which makes whole numbers of those that lie between whole ones.
  fileprivate mutating func resizedInType(_ image: Graph.ValueID, to size: Extent, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    let type = type(image)
    // Nearest pixels are whole, and what other methods give beyond the input's range differs among backends.
    guard type != .float, try layer.configuration.interpolation(default: "bilinear") == .bilinear else {
      return try resized(image, to: size, layer)
    }
    let identity = layer.description.identity
    let result = try resized(cast(image, to: .float, identity), to: size, layer)
    return try cast(apply(.round, result, layer), to: type, identity)
  }

  /// A channels-last image at another size, as the configuration of a layer or operation has it.
  mutating func resized(_ image: Graph.ValueID, to size: Extent, _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID
  {
    let configuration = layer.configuration
    let resize = Resize(
      size: .exactly(size), interpolation: try configuration.interpolation(default: "bilinear"),
      antialias: try configuration.bool("antialias", default: false))
    if try configuration.bool("crop_to_aspect_ratio", default: false) {
      return try smartResize(image, to: size, resize.interpolation, antialias: resize.antialias, layer)
    }
    guard try configuration.bool("pad_to_aspect_ratio", default: false) else {
      return try add(.resize(resize), [image], layer)
    }
    return try add(.resize(resize), [pad(image, toAspectRatioOf: size, layer)], layer)
  }

  /// A channels-last image with a border that gives it the aspect ratio of a size.
  fileprivate mutating func pad(_ image: Graph.ValueID, toAspectRatioOf size: Extent, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    guard try layer.configuration.string("fill_mode", default: "constant") == "constant" else {
      throw layer.configuration.error("fill_mode", "\"constant\"")
    }
    let filler = try layer.configuration.number("fill_value", default: 0)
    let (height, width) = try imageSize(image, layer)
    // Keras adds as much after as before, and at the sides only where it adds nothing above.
    let vertical = (max(scaled(width, size.height, size.width), height) - height) / 2
    let horizontal =
      vertical > 0 ? 0 : (max(scaled(height, size.width, size.height), width) - width) / 2
    let border = [0, vertical, horizontal, 0]
    return try add(
      .padding(before: border, after: border, mode: .constant(Float(filler))), [image], layer)
  }
}
