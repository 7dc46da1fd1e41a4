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
    "Lambda": LayerClass(check: { configuration throws(KerasError) in
      _ = try configuration.residualScale()
    }) { layer, builder throws(KerasError) in
      let scale = try layer.configuration.residualScale()
      return .tensor(try builder.scaledSum(of: layer.inputs(), scale: scale, layer))
    },
  ]

  private static let customScale = LayerClass { layer, builder throws(KerasError) in
    let scale = try layer.configuration.number("scale")
    return .tensor(try builder.scaledSum(of: layer.inputs(), scale: scale, layer))
  }
}

extension LayerConfiguration {
  /// The factor of the one Lambda that is known.
  ///
  /// What a Lambda does is code of Python, which is never run. That of InceptionResNetV2's residual sum is known by its
  /// name and its one argument.
  fileprivate func residualScale() throws(KerasError) -> Double {
    let names = self["arguments"]?.object?.members.map(\.name)
    guard isInceptionResNetBlock, names == ["scale"], let scale = self["arguments"]?["scale"]?.real else {
      throw identity.error(
        "it holds Python code, which is not run",
        remedy: "build the model with layers of keras.layers or keras.ops instead and save it again")
    }
    return scale
  }

  /// Whether the layer has a name that keras.applications gives the blocks of InceptionResNetV2:
  /// `block35_1` to `block35_10`, `block17_1` to `block17_20`, `block8_1` to `block8_10`.
  private var isInceptionResNetBlock: Bool {
    let parts = (identity.path.split(separator: "/").last ?? "").split(
      separator: "_", omittingEmptySubsequences: false)
    return parts.count == 2 && ["block35", "block17", "block8"].contains(parts[0]) && Int(parts[1]) != nil
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
