import Inference

extension LayerClass {
  static let pooling: [String: LayerClass] = [
    "MaxPooling2D": pooling(.max),
    "AveragePooling2D": pooling(.average),
    "GlobalMaxPooling2D": globalPooling(.max, axes: 2),
    "GlobalAveragePooling2D": globalPooling(.mean, axes: 2),
    "GlobalMaxPooling3D": globalPooling(.max, axes: 3),
    "GlobalAveragePooling3D": globalPooling(.mean, axes: 3),
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

  /// Pools over all of so many axes between the batch and the channels.
  static func globalPooling(_ reduction: Reduction, axes count: Int) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let input = try layer.input()
      let shape = builder.shape(input)
      guard shape.count == count + 2 else {
        throw layer.error("its input needs \(count + 2) axes, the shape is \(shape.text)")
      }
      let first = try layer.configuration.isChannelsFirst() ? 2 : 1
      let keepsAxes = try layer.configuration.bool("keepdims", default: false)
      return .tensor(
        try builder.add(
          .reduction(reduction, axes: Array(first..<first + count), keepDimensions: keepsAxes), [input],
          layer))
    }
  }
}
