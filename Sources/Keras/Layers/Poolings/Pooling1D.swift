import Inference

extension LayerClass {
  static let pooling1D: [String: LayerClass] = [
    "MaxPooling1D": pooling1D(.max),
    "AveragePooling1D": pooling1D(.average),
    "GlobalMaxPooling1D": globalPooling(.max, axes: 1),
    "GlobalAveragePooling1D": LayerClass { layer, builder throws(KerasError) in
      let input = try layer.input()
      guard let mask = try builder.mask(of: input, layer) else {
        return try globalPooling(.mean, axes: 1).build(layer, &builder)
      }
      return .tensor(try builder.mean(of: input, where: mask, layer))
    },
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

extension GraphBuilder {
  /// The mean of the steps that a mask keeps.
  fileprivate mutating func mean(of value: Graph.ValueID, where mask: Graph.ValueID, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    guard shape(value).count == 3, shape(mask).count == 2 else {
      throw layer.error(
        "its input needs the axes (batch, steps, channels) and its mask (batch, steps), the shapes are "
          + "\(shape(value).text) and \(shape(mask).text)")
    }
    let isChannelsFirst = try layer.configuration.isChannelsFirst()
    let axis = isChannelsFirst ? 2 : 1
    let keepsAxes = try layer.configuration.bool("keepdims", default: false)
    let isKept = try add(
      .slice([.whole] + (isChannelsFirst ? [.newAxis] : [.whole, .newAxis])), [mask], layer)
    let kept = try add(.select, [isKept, value, constant(Tensor(shape: [], [0]), layer)], layer)
    let count = try cast(isKept, to: .float, layer.description.identity)
    let sums = try [kept, count].map { value throws(KerasError) in
      try add(.reduction(.sum, axes: [axis], keepDimensions: keepsAxes), [value], layer)
    }
    return try add(.binary(.divide), sums, layer)
  }
}
