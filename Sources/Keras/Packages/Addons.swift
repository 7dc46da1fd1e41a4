import Inference
import JSON

extension Package {
  /// TensorFlow Addons: https://www.tensorflow.org/addons/api_docs/python/tfa
  static let addons = Package(
    module: "tensorflow_addons",
    aliases: [
      // Windows there are even, so that they are Keras' too.
      "Addons>AdaptiveAveragePooling1D": "AdaptiveAveragePooling1D",
      "Addons>AdaptiveAveragePooling2D": "AdaptiveAveragePooling2D",
      "Addons>AdaptiveMaxPooling1D": "AdaptiveMaxPooling1D",
      "Addons>AdaptiveMaxPooling2D": "AdaptiveMaxPooling2D",
    ],
    layers: [
      "Addons>GroupNormalization": groupNormalization,
      "Addons>InstanceNormalization": instanceNormalization,
      "Addons>FilterResponseNormalization": filterResponseNormalization,
      "Addons>GELU": LayerClass { layer, builder throws(KerasError) in
        let isApproximate = try layer.configuration.bool("approximate", default: true)
        return .tensor(try builder.apply(.gelu(approximate: isApproximate), layer.input(), layer))
      },
      "Addons>Snake": LayerClass(weights: { _ in ["frequency"] }) { layer, builder throws(KerasError) in
        let frequency = builder.constant(try layer.weights.tensor("frequency", []), layer)
        return .tensor(try snake(layer.input(), frequency, layer, &builder))
      },
      "Addons>TLU": thresholdedLinearUnit,
      "Addons>Maxout": maxout,
      "Addons>StochasticDepth": LayerClass { layer, builder throws(KerasError) in
        let inputs = layer.inputs()
        guard inputs.count == 2 else { throw layer.error("it takes two inputs, it is given \(inputs.count)") }
        let share = try layer.configuration.number("survival_probability", default: 0.5)
        let residual = try builder.apply(.linear(scale: Float(share), offset: 0), inputs[1], layer)
        return .tensor(try builder.apply(.add, inputs[0], residual, layer))
      },
      // Training keeps the kernel normalised, as Keras' does.
      "Addons>SpectralNormalization": LayerClass(weights: { _ in [.state("sn_u")] }) {
        layer, builder throws(KerasError) in
        try builder.call(layer.wrapped(), layer.arguments)
      },
      "Addons>WeightNormalization": weightNormalization,
      "Addons>MultiHeadAttention": multiHeadAttention,
    ],
    functions: [
      "Addons>gelu": { value, layer, builder throws(KerasError) in
        try builder.apply(.gelu(approximate: true), value, layer)
      },
      "Addons>mish": { value, layer, builder throws(KerasError) in try builder.apply(.mish, value, layer) },
      "Addons>lisht": { value, layer, builder throws(KerasError) in
        try builder.apply(.multiply, value, builder.apply(.tanh, value, layer), layer)
      },
      "Addons>rrelu": { value, layer, builder throws(KerasError) in
        // The mean of the slopes that training draws.
        try builder.apply(.relu(negativeSlope: (0.125 + 1 / 3) / 2), value, layer)
      },
      "Addons>snake": { value, layer, builder throws(KerasError) in
        try snake(value, builder.scalar(1, layer), layer, &builder)
      },
      "Addons>hardshrink": { value, layer, builder throws(KerasError) in
        try builder.apply(.hardShrink(threshold: 0.5), value, layer)
      },
      "Addons>softshrink": { value, layer, builder throws(KerasError) in
        try builder.apply(.softShrink(threshold: 0.5), value, layer)
      },
      "Addons>tanhshrink": { value, layer, builder throws(KerasError) in
        try builder.apply(.tanhShrink, value, layer)
      },
    ])

  private static let groupNormalization = LayerClass(weights: LayerClass.groupNormalization.weights) {
    layer, builder throws(KerasError) in
    // Keras took the layer over, but for the default of `groups`, which files always have.
    _ = try layer.configuration.integer("groups")
    try checkAxis(layer.configuration)
    return try LayerClass.groupNormalization.build(layer, &builder)
  }

  /// A group normalisation whose groups are channels, whatever its `groups`.
  private static let instanceNormalization = LayerClass(weights: LayerClass.groupNormalization.weights) {
    layer, builder throws(KerasError) in
    try checkAxis(layer.configuration)
    let call = layer.replacing([JSONObject.Member(name: "groups", value: .integer(-1))])
    return try LayerClass.groupNormalization.build(call, &builder)
  }

  /// Other axes from the end are mistaken there where a group has one channel.
  private static func checkAxis(_ configuration: LayerConfiguration) throws(KerasError) {
    if try configuration.integer("axis") < -1 {
      throw configuration.error("axis", "-1 or an axis from the front")
    }
  }

  /// `gamma * x / sqrt(mean(x ^ 2) + epsilon) + beta`, the mean over height and width.
  private static let filterResponseNormalization = LayerClass(weights: { configuration throws(KerasError) in
    (try configuration.bool("learned_epsilon", default: false) ? ["learned_epsilon"] : []) + [
      "gamma", "beta",
    ]
  }) { layer, builder throws(KerasError) in
    let input = try layer.input()
    let shape = [1, 1, 1, try builder.channels(input, layer)]
    guard try layer.configuration.integers("axis", default: [1, 2]) == [1, 2], builder.shape(input).count == 4
    else { throw layer.configuration.error("axis", "[1, 2], the height and width of images") }
    var epsilon = try layer.configuration.epsilon(default: 1e-6)
    if let learned = try layer.weights.optional("learned_epsilon", [1]) { epsilon += abs(learned.values[0]) }
    let squares = try builder.apply(.square, input, layer)
    let mean = try builder.add(.reduction(.mean, axes: [1, 2], keepDimensions: true), [squares], layer)
    let bounded = try builder.apply(.linear(scale: 1, offset: epsilon), mean, layer)
    let factor = try builder.apply(.rsqrt, bounded, layer)
    let gamma = builder.constant(try layer.weights.tensor("gamma", shape), layer)
    let beta = builder.constant(try layer.weights.tensor("beta", shape), layer)
    let normalized = try builder.apply(.multiply, input, factor, layer)
    return .tensor(try builder.apply(.add, builder.apply(.multiply, normalized, gamma, layer), beta, layer))
  }

  /// `x + (1 - cos(2 * frequency * x)) / (2 * frequency)`
  private static func snake(
    _ value: Graph.ValueID, _ frequency: Graph.ValueID, _ layer: LayerCall, _ builder: inout GraphBuilder
  ) throws(KerasError) -> Graph.ValueID {
    let twice = try builder.apply(.linear(scale: 2, offset: 0), frequency, layer)
    let cosine = try builder.apply(.cos, builder.apply(.multiply, twice, value, layer), layer)
    let wave = try builder.apply(.linear(scale: -1, offset: 1), cosine, layer)
    return try builder.apply(.add, value, builder.apply(.divide, wave, twice, layer), layer)
  }

  /// `max(x, tau)`, or `max(x, alpha * x + tau)`.
  private static let thresholdedLinearUnit = LayerClass(weights: { configuration throws(KerasError) in
    try configuration.bool("affine", default: false) ? ["tau", "alpha"] : ["tau"]
  }) { layer, builder throws(KerasError) in
    let input = try layer.input()
    let shape = Array(builder.shape(input).dropFirst())
    var limit = builder.constant(try layer.weights.tensor("tau", shape), layer)
    if let alpha = try layer.weights.optional("alpha", shape) {
      let scaled = try builder.apply(.multiply, input, builder.constant(alpha, layer), layer)
      limit = try builder.apply(.add, limit, scaled, layer)
    }
    return .tensor(try builder.apply(.maximum, input, limit, layer))
  }

  /// The largest of as many features each as one of the result's is made of.
  private static let maxout = LayerClass { layer, builder throws(KerasError) in
    let input = try layer.input()
    let axis = try builder.axes([layer.configuration.integer("axis", default: -1)], of: input, layer)[0]
    let units = try layer.configuration.integer("num_units")
    let size = try builder.size(axis, of: input, layer)
    guard axis > 0, units > 0, size % units == 0 else {
      throw layer.error("axis \(axis) of \(size) entries is not a multiple of num_units, \(units)")
    }
    var sizes: [Int] = []
    for other in 1..<builder.shape(input).count {
      sizes += other == axis ? [size / units, units] : [try builder.size(other, of: input, layer)]
    }
    let parts = try builder.add(.reshape([Operation.keep] + sizes), [input], layer)
    return .tensor(
      try builder.add(.reduction(.max, axes: [axis], keepDimensions: false), [parts], layer))
  }

  /// The layer within, with the directions of its kernel's columns and lengths of their own.
  private static let weightNormalization = LayerClass(weights: { configuration throws(KerasError) in
    var names: [WeightName] = ["g", .state("initialized")]
    guard try configuration.bool("data_init", default: true) else { return names }
    // The copy of the layer that its first call initialises it with.
    names.append(.state("copied kernel"))
    if configuration["layer"]?["config"]?["use_bias"]?.bool ?? true { names.append(.state("copied bias")) }
    return names
  }) { layer, builder throws(KerasError) in
    let inner = try layer.wrapped()
    let weights = builder.weights.weights(of: inner)
    guard let kernel = weights["kernel"], let columns = kernel.shape.last, columns > 0 else {
      throw layer.error("the layer within has no weight \"kernel\"")
    }
    guard try layer.weights.tensor("initialized", []).values[0] != 0 else {
      throw layer.error(
        "its weights are not initialised: the first call does that, from its input",
        remedy: "call the model once before it is saved")
    }
    let lengths = try layer.weights.tensor("g", [columns])
    var squares = [Double](repeating: 0, count: columns)
    for (index, value) in kernel.values.enumerated() {
      squares[index % columns] += Double(value) * Double(value)
    }
    let factors = zip(squares, lengths.values).map { Double($1) / max($0, 1e-12).squareRoot() }
    let normalized = kernel.values.enumerated().map { Float(Double($1) * factors[$0 % columns]) }
    return try builder.call(
      inner, layer.arguments, weights.replacing("kernel", Tensor(shape: kernel.shape, normalized)))
  }

  /// Attention whose kernels are one a head.
  private static let multiHeadAttention = LayerClass(weights: { configuration throws(KerasError) in
    ["query_kernel", "key_kernel", "value_kernel", "projection_kernel"]
      + (try configuration.bool("use_projection_bias", default: true) ? ["projection_bias"] : [])
  }) { layer, builder throws(KerasError) in
    var inputs = layer.inputs()
    if inputs.count == 2 { inputs.append(inputs[1]) }
    guard inputs.count == 3, inputs.allSatisfy({ builder.shape($0).count == 3 }) else {
      throw layer.error("it takes two or three inputs of the axes (batch, positions, features)")
    }
    if try layer.configuration.bool("return_attn_coef", default: false) {
      throw layer.configuration.error("return_attn_coef", "false")
    }
    if layer.arguments.argument(2, "mask") != nil {
      throw layer.error("it is given a mask, which is not supported")
    }
    let heads = try layer.configuration.integer("num_heads")
    let width = try layer.configuration.integer("head_size")
    var projected: [Graph.ValueID] = []
    for (input, name) in zip(inputs, ["query_kernel", "key_kernel", "value_kernel"]) {
      let kernel = try layer.weights.tensor(name, [heads, builder.channels(input, layer), width])
      projected.append(
        try builder.add(.einsum("bni,hio->bnho"), [input, builder.constant(kernel, layer)], layer))
    }
    let query = try builder.apply(
      .linear(scale: 1 / Float(width).squareRoot(), offset: 0), projected[0], layer)
    let scores = try builder.add(.einsum("bnho,bmho->bhnm"), [query, projected[1]], layer)
    let shares = try builder.add(.softmax(axes: [-1]), [scores], layer)
    let joined = try builder.add(.einsum("bhnm,bmhi->bnhi"), [shares, projected[2]], layer)
    let kernel = builder.constant(try layer.weights.tensor("projection_kernel", [heads, width, nil]), layer)
    let result = try builder.add(.einsum("bnhi,hio->bno"), [joined, kernel], layer)
    guard let bias = try layer.weights.optional("projection_bias", [nil]) else { return .tensor(result) }
    return .tensor(try builder.apply(.add, result, builder.constant(bias, layer), layer))
  }
}
