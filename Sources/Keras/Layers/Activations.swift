import Inference

extension LayerClass {
  static let activations: [String: LayerClass] = [
    "Activation": LayerClass { layer, builder throws(KerasError) in
      .tensor(try builder.activate(layer.input(), layer))
    },
    "ReLU": LayerClass { layer, builder throws(KerasError) in
      let configuration = layer.configuration
      return .tensor(
        try builder.add(
          .unary(
            .relu(
              negativeSlope: Float(try configuration.number("negative_slope", default: 0)),
              ceiling: try configuration.optionalNumber("max_value").map { Float($0) },
              threshold: Float(try configuration.number("threshold", default: 0)))),
          [layer.input()], layer))
    },
    "LeakyReLU": LayerClass { layer, builder throws(KerasError) in
      // Keras 3 renamed `alpha`.
      let key = layer.configuration["negative_slope"] == nil ? "alpha" : "negative_slope"
      let slope = try layer.configuration.number(key, default: 0.3)
      return .tensor(
        try builder.add(.unary(.relu(negativeSlope: Float(slope))), [layer.input()], layer))
    },
    "ELU": LayerClass { layer, builder throws(KerasError) in
      let alpha = try layer.configuration.number("alpha", default: 1)
      return .tensor(try builder.add(.unary(.elu(alpha: Float(alpha))), [layer.input()], layer))
    },
    "ThresholdedReLU": LayerClass { layer, builder throws(KerasError) in
      let theta = try layer.configuration.number("theta", default: 1)
      return .tensor(
        try builder.add(.unary(.thresholdedReLU(theta: Float(theta))), [layer.input()], layer))
    },
    "PReLU": LayerClass(weights: { _ in ["alpha"] }) { layer, builder throws(KerasError) in
      let input = try layer.input()
      // Axes that share their alpha have size 1 there.
      let shared = try layer.configuration.integers("shared_axes", default: [])
      let shape = builder.shape(input).enumerated().dropFirst().map { axis, size in
        shared.contains(axis) ? 1 : size
      }
      let alpha = try layer.weights.tensor("alpha", shape)
      return .tensor(try builder.add(.parametricReLU(alpha: alpha), [input], layer))
    },
    "Softmax": LayerClass { layer, builder throws(KerasError) in
      let axes = try layer.configuration.integers("axis", default: [-1])
      let input = try layer.input()
      guard let mask = try builder.mask(of: input, layer) else {
        return .tensor(try builder.add(.softmax(axes: axes), [input], layer))
      }
      guard builder.shape(mask).count == builder.shape(input).count else {
        throw layer.error(
          "its mask of the shape \(builder.shape(mask).text) does not fit its input of the shape "
            + builder.shape(input).text)
      }
      return .tensor(try builder.softmax(of: input, where: mask, axes: axes, layer))
    },
  ]
}

extension GraphBuilder {
  /// Applies the function that a layer's `activation` names.
  mutating func activate(_ value: Graph.ValueID, _ layer: LayerCall, key: String = "activation")
    throws(KerasError) -> Graph.ValueID
  {
    switch try layer.configuration.activation(key) {
    case .linear: return value
    case .softmax: return try add(.softmax(axes: [-1]), [value], layer)
    case .logSoftmax: return try add(.logSoftmax(axis: -1), [value], layer)
    case .sparsemax: return try add(.sparsemax(axis: -1), [value], layer)
    case .gatedLinearUnit: return try gatedLinearUnit(value, layer)
    case .unary(let function): return try add(.unary(function), [value], layer)
    case .package(let function): return try function(value, layer, &self)
    case .layer(let layerClass, let configuration):
      let call = LayerCall(
        description: LayerDescription(
          id: layer.description.id, name: layer.description.name,
          className: configuration.identity.className, isTrainable: true, configuration: configuration,
          calls: [], isOperation: false, content: .plain),
        weights: LayerWeights(identity: configuration.identity, tensors: []),
        arguments: CallArguments(positional: [.tensor(value)]))
      guard case .tensor(let activated) = try layerClass.build(call, &self) else { return value }
      return activated
    }
  }

  /// The first half of the last axis times the sigmoid of the second.
  private mutating func gatedLinearUnit(_ value: Graph.ValueID, _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID
  {
    let shape = shape(value)
    guard let last = shape.last, let size = last, size % 2 == 0 else {
      throw layer.error("glu needs an even number of channels, the shape is \(shape.text)")
    }
    let whole = Array(repeating: Slice.whole, count: shape.count - 1)
    let linear = try add(.slice(whole + [.range(begin: 0, end: size / 2, step: 1)]), [value], layer)
    let gate = try add(.slice(whole + [.range(begin: size / 2, end: size, step: 1)]), [value], layer)
    return try add(.binary(.multiply), [linear, add(.unary(.sigmoid), [gate], layer)], layer)
  }
}

extension Unary {
  /// The function of a name of `keras.activations`, as the given version defines it; nil: it is not a function of one
  /// value, or not known.
  init?(activation name: String, version: KerasVersion) {
    switch name {
    case "relu": self = .relu()
    case "relu6": self = .relu(ceiling: 6)
    case "leaky_relu": self = .relu(negativeSlope: 0.2)
    case "sigmoid": self = .sigmoid
    case "tanh": self = .tanh
    case "softplus": self = .softplus
    case "softsign": self = .softsign
    case "exponential": self = .exponential
    case "swish", "silu": self = .swish
    case "mish": self = .mish
    case "selu": self = .selu
    case "elu": self = .elu(alpha: 1)
    case "celu": self = .celu(alpha: 1)
    case "gelu": self = .gelu(approximate: false)
    case "hard_sigmoid": self = .hardSigmoid(version: version)
    case "hard_silu", "hard_swish": self = .hardSwish
    case "hard_tanh": self = .hardTanh
    case "hard_shrink": self = .hardShrink(threshold: 0.5)
    case "soft_shrink": self = .softShrink(threshold: 0.5)
    case "tanh_shrink": self = .tanhShrink
    case "log_sigmoid": self = .logSigmoid
    case "squareplus": self = .squareplus(b: 4)
    case "sparse_plus": self = .sparsePlus
    case "sparse_sigmoid": self = .sparseSigmoid
    default: return nil
    }
  }

  /// Keras 3 made it `relu6(x + 3) / 6`.
  static func hardSigmoid(version: KerasVersion) -> Unary {
    version.major >= 3 ? .hardSigmoid(slope: 1 / 6, offset: 0.5) : .hardSigmoid(slope: 0.2, offset: 0.5)
  }
}
