import Inference

extension LayerClass {
  static let pooling1D: [String: LayerClass] = [
    "MaxPooling1D": pooling1D(.max),
    "AveragePooling1D": pooling1D(.average),
    "GlobalMaxPooling1D": globalPooling1D(.max),
    "GlobalAveragePooling1D": globalPooling1D(.mean),
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

  private static func globalPooling1D(_ reduction: Reduction) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let input = try layer.input()
      let shape = builder.shape(input)
      guard shape.count == 3 else {
        throw layer.error("its input needs 3 axes, the shape is \(shape.text)")
      }
      let axis = try layer.configuration.isChannelsFirst() ? 2 : 1
      let keepsAxes = try layer.configuration.bool("keepdims", default: false)
      return .tensor(
        try builder.add(.reduction(reduction, axes: [axis], keepDimensions: keepsAxes), [input], layer))
    }
  }
}
