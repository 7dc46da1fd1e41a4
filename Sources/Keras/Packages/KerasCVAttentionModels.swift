import Glibc
import Inference

extension Package {
  /// `keras-cv-attention-models`: https://pypi.org/project/keras-cv-attention-models/
  static let kerasCVAttentionModels = Package(
    module: "keras_cv_attention_models",
    aliases: ["beit>PatchConv2DWithResampleWeights": "Conv2D", "model_surgery>DropConnect": "Add"],
    layers: [
      "resmlp>ChannelAffine": LayerClass(weights: weightAndBias("weight", default: true)) {
        layer, builder throws(KerasError) in
        var result = try builder.apply(.multiply, layer.input(), layer.constant("weight", &builder), layer)
        if layer.weights["bias"] != nil {
          result = try builder.apply(.add, result, layer.constant("bias", &builder), layer)
        }
        return .tensor(result)
      },
      "nfnets>ZeroInitGain": LayerClass(weights: weightAndBias("weight", default: false)) {
        layer, builder throws(KerasError) in
        let gain = try layer.weights.tensor("weight", []).values[0]
        let bias = try layer.weights.optional("bias", [])?.values[0] ?? 0
        return .tensor(try builder.apply(.linear(scale: gain, offset: bias), layer.input(), layer))
      },
      "nfnets>ScaledStandardizedConv2D": standardizedConvolution,
      "volo>BiasLayer": addedWeight,
      "volo>PositionalEmbedding": addedWeight,
      "kecam/cmt>BiasPositionalEmbedding": addedWeight,
      "volo>ClassToken": LayerClass(weights: { _ in ["tokens"] }) { layer, builder throws(KerasError) in
        let input = try layer.input()
        let tokens = try layer.weights.tensor("tokens", [1, nil, builder.channels(input, layer)])
        return .tensor(try builder.prepend(tokens, to: input, layer))
      },
      "kecam>PureWeigths": LayerClass(weights: { _ in ["gain"] }) { layer, builder throws(KerasError) in
        .tensor(try layer.constant("gain", &builder))
      },
      "kecam>ExpLogitScale": LayerClass(weights: { _ in ["gamma"] }) { layer, builder throws(KerasError) in
        let limit = Float(try layer.configuration.number("max_value"))
        let scale = try layer.constant("gamma", &builder) { Glibc.expf(min($0, limit)) }
        return .tensor(try builder.apply(.multiply, layer.input(), scale, layer))
      },
      "swinv2>DivideScale": LayerClass(weights: { _ in ["weight"] }) { layer, builder throws(KerasError) in
        let limit = Float(try layer.configuration.number("min_value", default: 0.01))
        let scale = try layer.constant("weight", &builder) { max($0, limit) }
        return .tensor(try builder.apply(.divide, layer.input(), scale, layer))
      },
      "kecamCommon>EvoNormalization": evoNormalization,
      "kecamCommon>CompatibleExtractPatches": patches,
      "beit>MultiHeadRelativePositionalEmbedding": relativeEmbedding,
      "beit>PositionalEncodingFourierRot": rotaryEncoding,
      "levit>MultiHeadPositionalEmbedding": distanceEmbedding,
      "kecam/nat>MultiHeadRelativePositionalKernelBias": kernelBias,
      "kecam/edgenext>PositionalEncodingFourier": fourierEncoding,
      "botnet>RelativePositionalEmbedding": relativeLogits,
      "kecam>MlpPairwisePositionalEmbedding": pairwiseEmbedding,
      "kecam>WindowAttentionMask": windowMask,
      "swinv2>WindowAttentionMask": windowMask,
    ],
    functions: [
      "kecamCommon>hard_swish": { value, layer, builder throws(KerasError) in
        try builder.apply(.hardSwish, value, layer)
      },
      "kecamCommon>hard_sigmoid_torch": { value, layer, builder throws(KerasError) in
        try builder.apply(.hardSigmoid(slope: 1 / 6, offset: 0.5), value, layer)
      },
      "kecamCommon>mish": { value, layer, builder throws(KerasError) in
        try builder.apply(.mish, value, layer)
      },
      "kecamCommon>phish": { value, layer, builder throws(KerasError) in
        let inner = try builder.apply(.gelu(approximate: false), value, layer)
        return try builder.apply(.multiply, value, builder.apply(.tanh, inner, layer), layer)
      },
    ])

  private static func weightAndBias(_ weight: WeightName, default hasBias: Bool) -> LayerClass.Weights {
    { configuration throws(KerasError) in
      try configuration.bool("use_bias", default: hasBias) ? [weight, "bias"] : [weight]
    }
  }

  /// A weight that has, or broadcasts to, the input's shape, and is added to it.
  private static let addedWeight = LayerClass(weights: { _ in ["weight"] }) {
    layer, builder throws(KerasError) in
    .tensor(try builder.apply(.add, layer.input(), layer.constant("weight", &builder), layer))
  }

  /// A convolution whose kernel has, for each filter, the mean 0 and a variance of its own.
  private static let standardizedConvolution = LayerClass(weights: { configuration throws(KerasError) in
    try LayerClass.kernelAndBias(configuration) + ["gain"]
  }) { layer, builder throws(KerasError) in
    guard let kernel = layer.weights["kernel"], let filters = kernel.shape.last, filters > 0,
      let convolution = LayerClass.convolutions["Conv2D"]
    else { throw layer.error("it has no kernel") }
    let gain = try layer.weights.tensor("gain", [filters])
    let gamma = try layer.configuration.number("gamma", default: 1)
    let epsilon = try layer.configuration.number("eps", default: 1e-5)
    let count = Double(kernel.count / filters)
    var (sums, squares) = ([Double](repeating: 0, count: filters), [Double](repeating: 0, count: filters))
    for (index, value) in kernel.values.enumerated() { sums[index % filters] += Double(value) }
    for (index, value) in kernel.values.enumerated() {
      let distance = Double(value) - sums[index % filters] / count
      squares[index % filters] += distance * distance
    }
    // The sum of squares is the variance times the number of values.
    let factors = squares.enumerated().map { Double(gain.values[$0]) * gamma / max($1, epsilon).squareRoot() }
    let values = kernel.values.enumerated().map { index, value in
      Float((Double(value) - sums[index % filters] / count) * factors[index % filters])
    }
    let weights = layer.weights.replacing("kernel", Tensor(shape: kernel.shape, values))
    return try convolution.build(
      LayerCall(description: layer.description, weights: weights, arguments: layer.arguments), &builder)
  }

  /// https://arxiv.org/abs/2004.02967
  private static let evoNormalization = LayerClass(weights: { configuration throws(KerasError) in
    let hasStatistics = try configuration.integer("num_groups", default: -1) <= 0
    let isNonlinear = try configuration.bool("nonlinearity", default: true)
    return ["gamma", "beta"] + (isNonlinear ? ["vv"] : [])
      + (hasStatistics ? [.state("moving_variance")] : [])
  }) { layer, builder throws(KerasError) in
    var value = try layer.input()
    guard builder.shape(value).count == 4 else { throw layer.error("it takes images") }
    if try layer.configuration.string("data_format", default: "auto") == "channels_first" {
      throw layer.configuration.error("data_format", "\"channels_last\" or \"auto\"")
    }
    let epsilon = try layer.configuration.epsilon(default: 1e-3)
    let channels = try builder.channels(value, layer)
    let isNonlinear = try layer.configuration.bool("nonlinearity", default: true)
    func deviation(_ value: Graph.ValueID, _ axes: [Int], _ builder: inout GraphBuilder) throws(KerasError)
      -> Graph.ValueID
    {
      let variance = try builder.add(.reduction(.variance, axes: axes, keepDimensions: true), [value], layer)
      return try builder.apply(
        .sqrt, builder.apply(.linear(scale: 1, offset: epsilon), variance, layer), layer)
    }
    var groups = try layer.configuration.integer("num_groups", default: -1)
    if groups > 0 {
      while channels % groups != 0 { groups -= 1 }
      let sizes = [try builder.size(1, of: value, layer), try builder.size(2, of: value, layer)]
      let parts = [Operation.keep] + sizes + [groups, channels / groups]
      let grouped = try builder.add(.reshape(parts), [value], layer)
      var result = try builder.apply(.divide, grouped, deviation(grouped, [1, 2, 4], &builder), layer)
      result = try builder.add(.reshape([Operation.keep] + sizes + [channels]), [result], layer)
      if isNonlinear {
        let gate = try builder.apply(.multiply, value, layer.constant("vv", &builder), layer)
        result = try builder.apply(.multiply, result, builder.apply(.sigmoid, gate, layer), layer)
      }
      value = result
    } else if isNonlinear {
      let left = try layer.constant("moving_variance", &builder) { ($0 + epsilon).squareRoot() }
      let scaled = try builder.apply(.multiply, value, layer.constant("vv", &builder), layer)
      let right = try builder.apply(.add, scaled, deviation(value, [1, 2], &builder), layer)
      value = try builder.apply(.divide, value, builder.apply(.maximum, left, right, layer), layer)
    }
    let result = try builder.apply(.multiply, value, layer.constant("gamma", &builder), layer)
    return .tensor(try builder.apply(.add, result, layer.constant("beta", &builder), layer))
  }

  /// Windows of an image, each as the channels of one pixel, after a border of zeros of its own.
  private static let patches = LayerClass(check: { configuration throws(KerasError) in
    if try configuration.bool("force_conv", default: false) {
      throw configuration.error("force_conv", "false")
    }
  }) { layer, builder throws(KerasError) in
    func sizes(_ key: String, default fallback: Int) throws(KerasError) -> [Int] {
      let values = try layer.configuration.integers(key, default: [fallback])
      if values.count == 4 { return Array(values[1...2]) }
      return values.count == 1 ? [values[0], values[0]] : values
    }
    let window = try sizes("sizes", default: 3)
    let strides = try sizes("strides", default: 2)
    let rates = try sizes("rates", default: 1)
    guard window[0] == window[1], strides[0] == strides[1] else {
      throw layer.configuration.error("sizes", "square windows and even strides")
    }
    var image = try layer.input()
    let isSame = try layer.configuration.string("padding", default: "same").lowercased() == "same"
    let border = isSame ? window[0] / 2 : 0
    if border > 0 {
      let borders = [0, border, border, 0]
      image = try builder.add(.padding(before: borders, after: borders, mode: .constant(0)), [image], layer)
    }
    let channels = try builder.channels(image, layer)
    let result = try builder.patches(
      of: image, size: Extent(window[0], window[1]), strides: Extent(strides[0], strides[1]),
      dilation: Extent(rates[0], rates[1]), border: .valid, layer)
    if try layer.configuration.bool("compressed", default: true) { return .tensor(result) }
    let counts = [try builder.size(1, of: result, layer), try builder.size(2, of: result, layer)]
    return .tensor(
      try builder.add(.reshape([Operation.keep] + counts + window + [channels]), [result], layer))
  }
}

extension LayerCall {
  /// A weight as a constant of the graph.
  func constant(
    _ name: String, _ builder: inout GraphBuilder, _ function: ((Float) -> Float)? = nil
  ) throws(KerasError) -> Graph.ValueID {
    guard let weight = weights[name] else { throw error("it has no weight \"\(name)\"") }
    guard let function else { return builder.constant(weight, self) }
    return builder.constant(Tensor(shape: weight.shape, weight.values.map(function)), self)
  }
}
