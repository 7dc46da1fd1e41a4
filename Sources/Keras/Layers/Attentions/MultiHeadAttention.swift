import Inference

extension LayerClass {
  static let multiHeadAttention: [String: LayerClass] = [
    "MultiHeadAttention": LayerClass(weights: attentionWeights, build: buildMultiHeadAttention),
    "GroupedQueryAttention": LayerClass(weights: attentionWeights, build: buildGroupedQueryAttention),
    // As keras.layers exports it.
    "GroupQueryAttention": LayerClass(weights: attentionWeights, build: buildGroupedQueryAttention),
  ]

  /// Kernels and biases of the dense layers within, in the order in which Keras builds them.
  @Sendable private static func attentionWeights(_ configuration: LayerConfiguration) throws(KerasError)
    -> [WeightName]
  {
    let hasGate = try configuration.bool("use_gate", default: false)
    let hasBias = try configuration.bool("use_bias", default: true)
    let layers = ["query", "key"] + (hasGate ? ["gate"] : []) + ["value", "output"]
    let weights = configuration.savedKernels.weights(bias: hasBias ? "bias" : nil)
    return layers.flatMap { layer in
      weights.enumerated().map { index, weight in
        WeightName(
          "\(layer)/\(weight.name)", isTrainable: weight.isTrainable, isQuantized: weight.isQuantized,
          archivePath: "\(layer)_dense/vars/\(index)")
      }
    }
  }
}

/// What both layers are called with.
private struct HeadedInputs {
  let query: Graph.ValueID
  let value: Graph.ValueID
  let key: Graph.ValueID
  let mask: Graph.ValueID?
  /// Of the positions of queries, `[batch, positions]`.
  let queryMask: Graph.ValueID?
  /// Of the positions of value and key.
  let keyMasks: [Graph.ValueID]
  let isCausal: Bool
  let returnsScores: Bool
  let slidingWindow: Int?

  init(_ layer: LayerCall, _ builder: GraphBuilder) throws(KerasError) {
    func tensor(_ position: Int, _ name: String) throws(KerasError) -> Graph.ValueID? {
      switch layer.arguments.argument(position, name) {
      case nil: return nil
      case .tensor(let tensor): return tensor
      default: throw layer.error("its argument \"\(name)\" is not a tensor")
      }
    }
    guard let query = try tensor(0, "query"), let value = try tensor(1, "value") else {
      throw layer.error("it is not given a query and a value")
    }
    self.query = query
    self.value = value
    let key = try tensor(2, "key")
    self.key = key ?? value
    // Before masks of its inputs were arguments, the mask came fourth.
    mask =
      try layer.version.major >= 3
      ? tensor(6, "attention_mask") : tensor(3, "attention_mask")
    try layer.refuseMasks(["query_mask", "value_mask", "key_mask"])
    queryMask = builder.mask(of: query)
    keyMasks = [value, key].compactMap { $0.flatMap { builder.mask(of: $0) } }
    if queryMask != nil || !keyMasks.isEmpty, layer.description.className == "MultiHeadAttention" {
      throw layer.error(
        "Keras takes the masks off what it reads, so that results depend on the order in which layers are called",
        remedy: "build the model without Masking and mask_zero before it, or give it an attention_mask")
    }
    isCausal = try layer.flag("use_causal_mask")
    returnsScores = try layer.flag("return_attention_scores")
    slidingWindow = try layer.configuration.optionalInteger("sliding_window")
  }
}

@Sendable private func buildMultiHeadAttention(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let configuration = layer.configuration
  let inputs = try HeadedInputs(layer, builder)
  let width = try configuration.integer("key_dim")
  guard width > 0 else { throw configuration.error("key_dim", "a whole number from 1") }
  let heads = try configuration.integer("num_heads")
  let valueWidth = try configuration.integer("value_dim", default: width)
  let query = try builder.heads(of: inputs.query, "query", [heads, width], layer)
  let key = try builder.heads(of: inputs.key, "key", [heads, width], layer)
  let value = try builder.heads(of: inputs.value, "value", [heads, valueWidth], layer)
  let rank = builder.shape(query).count
  guard builder.shape(key).count == rank, builder.shape(value).count == rank, rank >= 4 else {
    throw layer.error("query, key and value differ in their numbers of axes, or have too few")
  }
  // Axes of the projected values: batch, positions, heads, width.
  var axes = Array(1..<rank - 2)
  if configuration["attention_axes"] != nil {
    axes = try configuration.integers("attention_axes").map { $0 < 0 ? $0 &+ rank - 1 : $0 }
    guard Set(axes).count == axes.count, axes.allSatisfy({ (1..<rank - 2).contains($0) }) else {
      throw configuration.error("attention_axes", "axes of its query, other than batch and channels")
    }
  }
  let equations = AttentionEquations(rank: rank, axes: axes)
  let scores = try builder.attentionScores(
    query, key, equations, scale: 1 / Float(width).squareRoot(), inputs, layer)
  var result = try builder.add(.einsum(equations.combination), [scores, value], layer)
  result = try builder.gated(result, inputs, [heads, valueWidth], layer)
  result = try builder.merged(result, inputs, heads: rank - 2, layer)
  return inputs.returnsScores ? .list([.tensor(result), .tensor(scores)]) : .tensor(result)
}

@Sendable private func buildGroupedQueryAttention(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let configuration = layer.configuration
  let inputs = try HeadedInputs(layer, builder)
  let width = try configuration.integer("head_dim")
  guard width > 0 else { throw configuration.error("head_dim", "a whole number from 1") }
  let queryHeads = try configuration.integer("num_query_heads")
  let heads = try configuration.integer("num_key_value_heads")
  guard heads > 0, queryHeads > 0, queryHeads % heads == 0 else {
    throw configuration.error("num_query_heads", "a multiple of num_key_value_heads")
  }
  let query = try builder.heads(of: inputs.query, "query", [queryHeads, width], layer)
  var key = try builder.heads(of: inputs.key, "key", [heads, width], layer)
  var value = try builder.heads(of: inputs.value, "value", [heads, width], layer)
  guard [query, key, value].allSatisfy({ builder.shape($0).count == 4 }) else {
    throw layer.error("query, key and value need the axes (batch, positions, channels)")
  }
  if queryHeads > heads {
    key = try builder.add(.repeatElements(count: queryHeads / heads, axis: 2), [key], layer)
    value = try builder.add(.repeatElements(count: queryHeads / heads, axis: 2), [value], layer)
  }
  let equations = AttentionEquations(rank: 4, axes: [1])
  let scores = try builder.attentionScores(
    query, key, equations, scale: 1 / Float(width).squareRoot(), inputs, layer)
  var result = try builder.add(.einsum(equations.combination), [scores, value], layer)
  result = try builder.gated(result, inputs, [queryHeads, width], layer)
  result = try builder.merged(result, inputs, heads: 2, layer)
  return inputs.returnsScores ? .list([.tensor(result), .tensor(scores)]) : .tensor(result)
}

extension LayerCall {
  /// The kernel of a dense layer within. The layer's configuration does not say whether that is quantized: the file's
  /// variables do.
  fileprivate func innerKernel(_ prefix: String, _ shape: [Int], _ equation: ProjectionEquation)
    throws(KerasError) -> ProductKernel
  {
    guard weights[prefix + "kernel_scale"] != nil else {
      return ProductKernel(tensor: try weights.tensor(prefix + "kernel", shape))
    }
    let isGrouped = weights[prefix + "kernel_zero"] != nil
    let isWhole = weights[prefix + "kernel"]?.shape == shape
    let quantization = try Quantization(
      isGrouped || !isWhole ? .int4 : .int8, isGrouped: isGrouped, within: configuration)
    return try quantizedKernel(prefix, shape, equation, quantization)
  }
}

/// How queries, keys and values, of `[batch, positions..., heads, width]`, multiply.
private struct AttentionEquations {
  /// Of query and key to `[batch, other axes, heads, query positions, key positions]`.
  let scores: String
  /// Of scores and value to the query's axes.
  let combination: String
  /// How many axes of positions queries and keys have each.
  let positions: Int

  init(rank: Int, axes: [Int]) {
    let letters = einsumLetters(rank + axes.count, besides: "")
    let query = Array(letters[..<rank])
    var key = query
    for (axis, letter) in zip(axes, letters[rank...]) { key[axis] = letter }
    let batch = (0..<rank - 1).filter { !axes.contains($0) }.map { query[$0] }
    let product = batch + axes.map { query[$0] } + axes.map { key[$0] }
    scores = "\(String(query)),\(String(key))->\(String(product))"
    combination = "\(String(product)),\(String(key))->\(String(query))"
    positions = axes.count
  }
}

extension GraphBuilder {
  /// A dense layer that gives every head its part.
  fileprivate mutating func heads(
    of input: Graph.ValueID, _ name: String, _ sizes: [Int], _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let shape = shape(input)
    guard let last = shape.last, let channels = last else {
      throw layer.error("its \(name) has an unknown number of channels, the shape is \(shape.text)")
    }
    let letters = einsumLetters(shape.count + 2, besides: "")
    let equation = ProjectionEquation(
      input: Array(letters[..<shape.count]), kernel: Array(letters[(shape.count - 1)...]),
      output: Array(letters[..<(shape.count - 1)] + letters[shape.count...]))
    let kernel = try layer.innerKernel("\(name)/", [channels] + sizes, equation)
    return try project(input, equation, kernel, bias: layer.weights.optional("\(name)/bias", sizes), layer)
  }

  /// The softmax of the scores of every pair of positions.
  fileprivate mutating func attentionScores(
    _ query: Graph.ValueID, _ key: Graph.ValueID, _ equations: AttentionEquations, scale: Float,
    _ inputs: HeadedInputs, _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let query = try add(.unary(.linear(scale: scale, offset: 0)), [query], layer)
    let scores = try add(.einsum(equations.scores), [query, key], layer)
    if inputs.isCausal || inputs.slidingWindow != nil, equations.positions != 1 {
      throw layer.error("a mask by position needs one axis of positions, it has \(equations.positions)")
    }
    var masks: [Graph.ValueID] = []
    if inputs.isCausal { masks.append(try causalMask(of: scores, layer)) }
    if let window = inputs.slidingWindow {
      let (rows, columns) = try positions(of: scores, layer)
      let distance = try add(
        .unary(.abs), [add(.binary(.subtract), [rows, columns], layer)], layer)
      let limit = constant(Tensor(shape: [], [Float(window)]), layer)
      masks.append(try add(.binary(.less), [distance, limit], layer))
    }
    if let given = inputs.mask {
      // A mask of [batch, queries, keys] counts for all heads.
      let missing = max(shape(scores).count - shape(given).count, 0)
      let leading = max(shape(given).count - 2 * equations.positions, 0)
      let slices: [Slice] =
        Array(repeating: .whole, count: leading) + Array(repeating: .newAxis, count: missing)
      masks.append(missing == 0 ? given : try add(.slice(slices), [given], layer))
    }
    masks += try positionMasks(scores, inputs, layer)
    let axes = (1...equations.positions).map { -$0 }
    guard var mask = masks.first else { return try add(.softmax(axes: axes), [scores], layer) }
    for other in masks.dropFirst() { mask = try add(.binary(.logicalAnd), [mask, other], layer) }
    // The layer Softmax within is used where another way to the result is not open.
    let dropout = try layer.configuration.number("dropout", default: 0)
    if dropout > 0 || inputs.returnsScores || shape(scores).count != 4 {
      return try softmax(of: scores, where: mask, axes: axes, layer)
    }
    return try add(.softmax(axes: axes), [self.mask(scores, with: mask, layer)], layer)
  }

  /// The masks of query, value and key, to broadcast against scores of `[batch, heads, queries, keys]`.
  private mutating func positionMasks(_ scores: Graph.ValueID, _ inputs: HeadedInputs, _ layer: LayerCall)
    throws(KerasError) -> [Graph.ValueID]
  {
    var masks: [Graph.ValueID] = []
    for mask in inputs.keyMasks { masks.append(try positions(mask, areQueries: false, layer)) }
    if let mask = inputs.queryMask { masks.append(try positions(mask, areQueries: true, layer)) }
    guard masks.allSatisfy({ shape($0).count == 3 }), masks.isEmpty || shape(scores).count == 4 else {
      throw layer.error("the masks of its inputs need the axes (batch, positions)")
    }
    for index in masks.indices { masks[index] = try add(.slice([.whole, .newAxis]), [masks[index]], layer) }
    return masks
  }

  /// The attention's result, closed by a gate where the layer has one.
  fileprivate mutating func gated(
    _ result: Graph.ValueID, _ inputs: HeadedInputs, _ sizes: [Int], _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    guard try layer.configuration.bool("use_gate", default: false) else { return result }
    let gate = try add(.unary(.sigmoid), [heads(of: inputs.query, "gate", sizes, layer)], layer)
    return try add(.binary(.multiply), [result, gate], layer)
  }

  /// The dense layer that puts the heads together again.
  /// - Parameter heads: the axis of the heads, the last but one.
  fileprivate mutating func merged(
    _ result: Graph.ValueID, _ inputs: HeadedInputs, heads: Int, _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let rank = heads + 2
    // Of the query's channels, unless the layer's configuration says otherwise.
    let outputs = try layer.configuration.integers("output_shape", default: [channels(inputs.query, layer)])
    let sizes = shape(result).suffix(2).compactMap { $0 } + outputs
    guard (1...8).contains(outputs.count), sizes.count == outputs.count + 2 else {
      throw layer.configuration.error("output_shape", "1 to 8 whole numbers")
    }
    let letters = einsumLetters(rank + outputs.count, besides: "")
    let equation = ProjectionEquation(
      input: Array(letters[..<rank]), kernel: Array(letters[heads...]),
      output: Array(letters[..<heads] + letters[rank...]))
    let kernel = try layer.innerKernel("output/", sizes, equation)
    return try project(result, equation, kernel, bias: layer.weights.optional("output/bias", outputs), layer)
  }
}
