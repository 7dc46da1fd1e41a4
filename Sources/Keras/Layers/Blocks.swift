import Inference

extension LayerClass {
  /// Small layers that models of keras.applications define for themselves.
  static let blocks: [String: LayerClass] = [
    "LayerScale": LayerClass(weights: { _ in ["gamma"] }) { layer, builder throws(KerasError) in
      let input = try layer.input()
      let gamma = try layer.weights.tensor("gamma", [builder.shape(input).last ?? nil])
      let offset = Tensor(shape: gamma.shape, Array(repeating: 0, count: gamma.count))
      return .tensor(
        try builder.add(.affine(scale: gamma, offset: offset, axis: -1), [input], layer))
    },
    "StochasticDepth": LayerClass { layer, _ throws(KerasError) in .tensor(try layer.input()) },
    "CustomScaleLayer": customScale,
    // As Keras 2 registered it.
    "Custom>CustomScaleLayer": customScale,
  ]

  private static let customScale = LayerClass { layer, builder throws(KerasError) in
    let scale = try layer.configuration.number("scale")
    return .tensor(try builder.scaledSum(of: layer.inputs(), scale: scale, layer))
  }
}

extension GraphBuilder {
  /// The first input plus the second times a factor: InceptionResNet's residual sum.
  fileprivate mutating func scaledSum(of inputs: [Graph.ValueID], scale: Double, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    guard inputs.count == 2 else { throw layer.error("it takes two inputs, it is given \(inputs.count)") }
    let scaled = try add(.unary(.linear(scale: Float(scale), offset: 0)), [inputs[1]], layer)
    return try add(.binary(.add), [inputs[0], scaled], layer)
  }
}
