import Inference

extension LayerClass {
  static let pooling: [String: LayerClass] = [
    "MaxPooling2D": pooling(.max),
    "AveragePooling2D": pooling(.average),
    "GlobalMaxPooling2D": globalPooling(.max),
    "GlobalAveragePooling2D": globalPooling(.mean),
  ]

  private static func pooling(_ kind: Pooling.Kind) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let configuration = layer.configuration
      let window = try configuration.extent("pool_size", default: 2)
      let strides = configuration["strides"] == nil ? window : try configuration.extent("strides")
      let input = try builder.channelsLast(layer.input(), layer)
      let result = try builder.add(
        .pooling(Pooling(kind, window: window, strides: strides, border: try configuration.border())),
        [input], layer)
      return .tensor(try builder.channelsAsSaved(result, layer))
    }
  }

  private static func globalPooling(_ reduction: Reduction) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let input = try layer.input()
      let shape = builder.shape(input)
      guard shape.count == 4 else {
        throw layer.error("its input needs 4 axes, the shape is \(shape.text)")
      }
      let axes = try layer.configuration.isChannelsFirst() ? [2, 3] : [1, 2]
      let keepsAxes = try layer.configuration.bool("keepdims", default: false)
      return .tensor(
        try builder.add(.reduction(reduction, axes: axes, keepDimensions: keepsAxes), [input], layer))
    }
  }
}
