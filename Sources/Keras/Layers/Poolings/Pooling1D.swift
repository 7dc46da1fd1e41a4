import Inference

extension LayerClass {
  static let pooling1D: [String: LayerClass] = [
    "MaxPooling1D": pooling1D(.max),
    "AveragePooling1D": pooling1D(.average),
    "GlobalMaxPooling1D": globalPooling(.max, axes: 1),
    "GlobalAveragePooling1D": globalPooling(.mean, axes: 1),
  ]

  private static func pooling1D(_ kind: Pooling.Kind) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let window = try layer.configuration.step("pool_size", default: 2)
      let pooling = Pooling(
        kind, window: Extent(1, window),
        strides: Extent(1, try layer.configuration.step("strides", default: window)),
        border: try layer.configuration.border())
      let result = try builder.add(.pooling(pooling), [builder.sequenceInput(layer)], layer)
      return try builder.sequenceResult(result, layer, activates: false)
    }
  }
}
