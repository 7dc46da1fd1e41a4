import Inference
import JSON

extension LayerClass {
  /// Operations of `keras.ops.nn` that are more than a function of each value.
  static let neuralOperations: [String: LayerClass] = [
    "Softmax": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      // A null axis: over all values.
      let isOverAll = layer.configuration.values["axis"]?.isNull ?? false
      let axes =
        isOverAll
        ? Array(builder.shape(x).indices) : try layer.configuration.integers("axis", default: [-1])
      return .tensor(try builder.add(.softmax(axes: axes), [x], layer))
    },
    "LogSoftmax": LayerClass { layer, builder throws(KerasError) in
      let axis = try layer.configuration.integer("axis", default: -1)
      return .tensor(try builder.add(.logSoftmax(axis: axis), [layer.operand(in: &builder)], layer))
    },
    "Sparsemax": LayerClass { layer, builder throws(KerasError) in
      let axis = try layer.configuration.integer("axis", default: -1)
      return .tensor(try builder.add(.sparsemax(axis: axis), [layer.operand(in: &builder)], layer))
    },
    "Glu": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let axis = try layer.axis(of: x, builder) ?? builder.shape(x).count - 1
      let size = try builder.size(axis, of: x, layer)
      if size % 2 != 0 { throw layer.error("axis \(axis) of \(size) entries has no half") }
      let leading = Array(repeating: Slice.whole, count: axis)
      let linear = try builder.add(
        .slice(leading + [.range(begin: 0, end: size / 2, step: 1)]), [x], layer)
      let gate = try builder.add(
        .slice(leading + [.range(begin: size / 2, end: nil, step: 1)]), [x], layer)
      return .tensor(
        try builder.apply(.multiply, linear, builder.apply(.sigmoid, gate, layer), layer))
    },
    "OneHot": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let result = try builder.add(
        .oneHot(count: layer.configuration.integer("num_classes")), [x], layer)
      let rank = builder.shape(result).count
      let axis = try layer.axis(of: result, builder) ?? rank - 1
      if axis == rank - 1 { return .tensor(result) }
      var axes = Array(0..<rank - 1)
      axes.insert(rank - 1, at: axis)
      return .tensor(try builder.add(.transpose(axes), [result], layer))
    },
    "Normalize": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let axes = try layer.axes(of: x, builder) ?? Array(builder.shape(x).indices)
      let epsilon = try layer.configuration.epsilon(default: 1e-7)
      let order = try layer.configuration.integer("order", default: 2)
      if order == 2 {
        let unit = Normalization(.unit, axes: axes, epsilon: epsilon * epsilon, gamma: nil, beta: nil)
        return .tensor(try builder.add(.normalization(unit), [x], layer))
      }
      let powers = try builder.apply(
        .power, builder.apply(.abs, x, layer), Float(order), layer)
      let sum = try builder.reduce(.sum, powers, axes, true, layer)
      let norm = try builder.apply(
        .maximum, builder.apply(.power, sum, 1 / Float(order), layer), epsilon, layer)
      return .tensor(try builder.apply(.divide, x, norm, layer))
    },
    "LayerNorm": LayerClass { layer, builder throws(KerasError) in
      try normalized(layer, &builder, scaleName: "gamma")
    },
    "RMSNorm": LayerClass { layer, builder throws(KerasError) in
      try normalized(layer, &builder, scaleName: "scale")
    },
    "BatchNorm": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let axis = try builder.axes([layer.configuration.integer("axis")], of: x, layer)[0]
      let epsilon = try layer.configuration.epsilon(default: 1e-3)
      let trailing = builder.shape(x).count - 1 - axis
      func statistic(_ position: Int, _ name: String, _ builder: inout GraphBuilder) throws(KerasError)
        -> Graph.ValueID?
      {
        guard layer.optionalOperand(position, name) != nil else { return nil }
        let value = try layer.operand(position, name, in: &builder)
        let slices: [Slice] = [.whole] + Array(repeating: .newAxis, count: trailing)
        return trailing == 0 ? value : try builder.add(.slice(slices), [value], layer)
      }
      guard let mean = try statistic(1, "mean", &builder),
        let variance = try statistic(2, "variance", &builder)
      else { throw layer.error("it is not given mean and variance") }
      var factor = try builder.apply(
        .rsqrt, builder.apply(.linear(scale: 1, offset: epsilon), variance, layer), layer)
      if let scale = try statistic(4, "scale", &builder) {
        factor = try builder.apply(.multiply, factor, scale, layer)
      }
      var result = try builder.apply(
        .multiply, builder.apply(.subtract, x, mean, layer), factor, layer)
      if let offset = try statistic(3, "offset", &builder) {
        result = try builder.apply(.add, result, offset, layer)
      }
      return .tensor(result)
    },
    "DotProductAttention": LayerClass { layer, builder throws(KerasError) in
      let query = try layer.operand(0, "query", in: &builder)
      let key = try layer.operand(1, "key", in: &builder)
      let value = try layer.operand(2, "value", in: &builder)
      guard [query, key, value].allSatisfy({ builder.shape($0).count == 4 }) else {
        throw layer.error("it takes (batch, positions, heads, width) only")
      }
      if layer.configuration["attn_logits_soft_cap"] != nil {
        throw layer.configuration.error("attn_logits_soft_cap", "null")
      }
      var scale = 1 / Float(try builder.size(3, of: query, layer)).squareRoot()
      if case .constant(let json)? = layer.optionalOperand(5, "scale"), let number = json.real {
        scale = Float(number)
      }
      let (heads, keyHeads) = (
        try builder.size(2, of: query, layer), try builder.size(2, of: key, layer)
      )
      var repeated = [key, value]
      if heads != keyHeads {
        guard heads % keyHeads == 0 else { throw layer.error("\(heads) heads share \(keyHeads) keys") }
        for index in repeated.indices {
          repeated[index] = try builder.add(
            .repeatElements(count: heads / keyHeads, axis: 2), [repeated[index]], layer)
        }
      }
      var scores = try builder.add(.einsum("btnh,bsnh->bnts"), [query, repeated[0]], layer)
      scores = try builder.apply(.linear(scale: scale, offset: 0), scores, layer)
      if layer.optionalOperand(3, "bias") != nil {
        scores = try builder.apply(.add, scores, layer.operand(3, "bias", in: &builder), layer)
      }
      if layer.optionalOperand(4, "mask") != nil {
        scores = try builder.mask(scores, with: layer.operand(4, "mask", in: &builder), layer)
      }
      if try layer.configuration.bool("is_causal", default: false) {
        scores = try builder.mask(scores, with: builder.causalMask(of: scores, layer), layer)
      }
      let weights = try builder.add(.softmax(axes: [-1]), [scores], layer)
      return .tensor(try builder.add(.einsum("bnts,bsnh->btnh"), [weights, repeated[1]], layer))
    },
  ]

  /// Layer or RMS normalisation with a scale and an offset that are given.
  private static func normalized(_ layer: LayerCall, _ builder: inout GraphBuilder, scaleName: String)
    throws(KerasError) -> Value
  {
    let x = try layer.operand(in: &builder)
    let rank = builder.shape(x).count
    let axes = try builder.axes(layer.configuration.integers("axis", default: [-1]), of: x, layer)
    let epsilon = try layer.configuration.epsilon(default: 1e-7)
    let isLayer = scaleName == "gamma"
    let isRMS = try layer.configuration.bool("rms_scaling", default: false)
    if isRMS { throw layer.configuration.error("rms_scaling", "false") }
    let plain = Normalization(isLayer ? .layer : .rms, axes: axes, epsilon: epsilon, gamma: nil, beta: nil)
    var result = try builder.add(.normalization(plain), [x], layer)
    for (position, name, function) in [(1, scaleName, Binary.multiply), (2, "beta", .add)] {
      guard layer.optionalOperand(position, name) != nil else { continue }
      var weight = try layer.operand(position, name, in: &builder)
      if isLayer, builder.shape(weight).count == axes.count {
        // One axis for each that is normalised, wherever these are.
        let first = axes.first ?? 0
        var next = 0
        let slices = (first..<rank).map { axis -> Slice in
          guard axes.contains(axis) else { return .newAxis }
          next += 1
          return .whole
        }
        if slices.count > next { weight = try builder.add(.slice(slices), [weight], layer) }
      }
      result = try builder.apply(function, result, weight, layer)
    }
    return .tensor(result)
  }
}
