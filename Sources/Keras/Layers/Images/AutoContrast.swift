import Inference

extension LayerClass {
  /// Augmentation that acts at inference as well.
  static let autoContrast: [String: LayerClass] = [
    // Every channel of every image is stretched to the whole range, unless it is of one value.
    "AutoContrast": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.input()
      let range =
        try layer.configuration["value_range"] == nil ? [0, 255] : layer.configuration.numbers("value_range")
      guard range.count == 2, range[0] < range[1] else {
        throw layer.configuration.error("value_range", "the least and the greatest value")
      }
      guard builder.shape(x).count == 4 else {
        throw layer.error("it takes a batch of images, the shape is \(builder.shape(x).text)")
      }
      // Keras takes axes 1 and 2 as the image's, whatever its format is.
      let low = try builder.reduce(.min, x, [1, 2], true, layer)
      let high = try builder.reduce(.max, x, [1, 2], true, layer)
      let spread = try builder.apply(.subtract, high, low, layer)
      let share = try builder.apply(.divide, builder.apply(.subtract, x, low, layer), spread, layer)
      let scale = Unary.linear(scale: Float(range[1] - range[0]), offset: Float(range[0]))
      let stretched = try builder.apply(
        .clip(low: Float(range[0]), high: Float(range[1])), builder.apply(scale, share, layer), layer)
      let isFlat = try builder.apply(.equal, spread, 0, layer)
      return .tensor(try builder.add(.select, [isFlat, x, stretched], layer))
    }
  ]
}
