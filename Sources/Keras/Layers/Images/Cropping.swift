import Inference

extension LayerClass {
  static let cropping: [String: LayerClass] = [
    "Cropping1D": LayerClass { layer, builder throws(KerasError) in
      let (before, after) = try layer.configuration.border1D("cropping", default: 1)
      let slice = try cropped(before, after, layer)
      return .tensor(try builder.add(.slice([.whole, slice]), [layer.input()], layer))
    },
    "Cropping2D": LayerClass { layer, builder throws(KerasError) in
      let (vertical, horizontal) = try layer.configuration.borders("cropping", default: 0)
      let slices = [
        try cropped(vertical.before, vertical.after, layer),
        try cropped(horizontal.before, horizontal.after, layer),
      ]
      let leading: [Slice] = try layer.configuration.isChannelsFirst() ? [.whole, .whole] : [.whole]
      return .tensor(try builder.add(.slice(leading + slices), [layer.input()], layer))
    },
    "ZeroPadding1D": LayerClass { layer, builder throws(KerasError) in
      let (before, after) = try layer.configuration.border1D("padding", default: 1)
      let input = try builder.channelsLast(layer.input(), layer)
      let result = try builder.add(
        .padding(before: [0, before, 0], after: [0, after, 0], mode: .constant(0)), [input], layer)
      return .tensor(try builder.channelsAsSaved(result, layer))
    },
    "CenterCrop": LayerClass { layer, builder throws(KerasError) in
      let size = try layer.configuration.targetSize()
      let input = try builder.channelsLast(layer.input(), layer)
      let (height, width) = try builder.imageSize(input, layer)
      guard size.height <= height, size.width <= width else {
        return .tensor(
          try builder.channelsAsSaved(
            builder.smartResize(input, to: size, .bilinear, layer), layer))
      }
      let result = try builder.crop(
        input, top: (height - size.height) / 2, left: (width - size.width) / 2, to: size, layer)
      return .tensor(try builder.channelsAsSaved(result, layer))
    },
    "RandomCrop": LayerClass { layer, builder throws(KerasError) in
      // Does nothing outside training in Keras 3; before it crops and resizes to its size.
      if layer.version.major >= 3 { return .tensor(try layer.input()) }
      let size = try layer.configuration.targetSize()
      let input = try layer.input()
      return .tensor(try builder.smartResize(input, to: size, .bilinear, layer))
    },
  ]

  /// An axis without its first and last elements.
  private static func cropped(_ before: Int, _ after: Int, _ layer: LayerCall) throws(KerasError) -> Slice {
    guard (0...1 << 31).contains(before), (0...1 << 31).contains(after) else {
      throw layer.configuration.error("cropping", "whole numbers from 0")
    }
    return .range(begin: before, end: after == 0 ? nil : -after, step: 1)
  }
}

extension LayerConfiguration {
  /// What is added or cut at both ends of one axis: one number for both, or two.
  fileprivate func border1D(_ key: String, default fallback: Int) throws(KerasError)
    -> (before: Int, after: Int)
  {
    let values = try integers(key, default: [fallback])
    guard values.count == 1 || values.count == 2 else { throw error(key, "one or two whole numbers") }
    return (values[0], values[values.count - 1])
  }

  /// `height` and `width`, at least 1.
  func targetSize() throws(KerasError) -> Extent {
    let size = Extent(try integer("height"), try integer("width"))
    let range = 1...1 << 20
    if !range.contains(size.height) { throw error("height", "a whole number from 1") }
    if !range.contains(size.width) { throw error("width", "a whole number from 1") }
    return size
  }
}

extension GraphBuilder {
  /// Height and width of a channels-last image, where they must be known.
  func imageSize(_ value: Graph.ValueID, _ layer: LayerCall) throws(KerasError) -> (height: Int, width: Int) {
    let shape = shape(value)
    guard shape.count == 4, let height = shape[1], let width = shape[2] else {
      throw layer.error(
        "it needs an image whose height and width are fixed, the shape is \(shape.text)",
        remedy: "build the model with an Input of fixed height and width")
    }
    return (height, width)
  }

  /// A part of a channels-last image.
  mutating func crop(
    _ image: Graph.ValueID, top: Int, left: Int, to size: Extent, _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    try add(
      .slice([
        .whole, .range(begin: top, end: top + size.height, step: 1),
        .range(begin: left, end: left + size.width, step: 1),
      ]), [image], layer)
  }

  /// Keras' `smart_resize`: the largest part in the middle that has the result's aspect ratio, resized.
  mutating func smartResize(
    _ image: Graph.ValueID, to size: Extent, _ interpolation: Resize.Interpolation, antialias: Bool = false,
    _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let (height, width) = try imageSize(image, layer)
    let cropHeight = max(min(height, scaled(width, size.height, size.width)), 1)
    let cropWidth = max(min(width, scaled(height, size.width, size.height)), 1)
    let cropped = try crop(
      image, top: (height - cropHeight) / 2, left: (width - cropWidth) / 2,
      to: Extent(cropHeight, cropWidth), layer)
    return try add(
      .resize(Resize(size: .exactly(size), interpolation: interpolation, antialias: antialias)), [cropped],
      layer)
  }
}

/// `value * numerator / denominator`, rounded down as Python's `int(float(a * b) / c)` does for sizes.
func scaled(_ value: Int, _ numerator: Int, _ denominator: Int) -> Int {
  let product = Double(value) * Double(numerator) / Double(denominator)
  return Int(exactly: product.rounded(.down)) ?? Int.max
}
