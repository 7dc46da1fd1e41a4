import Inference

extension LayerClass {
  static let attention: [String: LayerClass] = [
    "Attention": LayerClass(weights: { configuration throws(KerasError) in
      var names: [WeightName] = try configuration.bool("use_scale", default: false) ? ["scale"] : []
      if try configuration.isConcatenating() { names.append("concat_score_weight") }
      return names
    }) { layer, builder throws(KerasError) in
      let inputs = try AttentionInputs(layer, builder)
      var scores: Graph.ValueID
      let scale = try layer.weights.optional("scale", [])
      if try layer.configuration.isConcatenating() {
        let weight = try layer.weights.tensor("concat_score_weight", [])
        scores = try builder.additiveScores(inputs, scale: scale, isOutside: false, layer)
        scores = try builder.add(.binary(.multiply), [scores, builder.constant(weight, layer)], layer)
      } else {
        scores = try builder.add(
          .matMul(transposeA: false, transposeB: true), [inputs.query, inputs.key], layer)
        if let scale {
          scores = try builder.add(.binary(.multiply), [scores, builder.constant(scale, layer)], layer)
        }
      }
      return try builder.attend(scores, inputs, layer)
    },
    "AdditiveAttention": LayerClass(weights: { configuration throws(KerasError) in
      try configuration.bool("use_scale", default: true) ? ["scale"] : []
    }) { layer, builder throws(KerasError) in
      let inputs = try AttentionInputs(layer, builder)
      let scale = try layer.weights.optional("scale", [builder.shape(inputs.query).last ?? nil])
      let scores = try builder.additiveScores(inputs, scale: scale, isOutside: true, layer)
      return try builder.attend(scores, inputs, layer)
    },
  ]
}

extension LayerConfiguration {
  fileprivate func isConcatenating() throws(KerasError) -> Bool {
    switch try string("score_mode", default: "dot") {
    case "dot": return false
    case "concat": return true
    default: throw error("score_mode", "\"dot\" or \"concat\"")
    }
  }
}

/// What an attention layer is called with: `[query, value]` or `[query, value, key]`, of
/// `[batch, positions, width]` each.
private struct AttentionInputs {
  let query: Graph.ValueID
  let value: Graph.ValueID
  let key: Graph.ValueID
  /// Of the query's positions, `[batch, positions]`.
  let queryMask: Graph.ValueID?
  /// Of the positions of value and key.
  let valueMask: Graph.ValueID?
  let isCausal: Bool
  let returnsScores: Bool

  init(_ layer: LayerCall, _ builder: GraphBuilder) throws(KerasError) {
    let inputs = layer.inputs()
    guard (2...3).contains(inputs.count) else {
      throw layer.error("it takes query, value and perhaps key, it is given \(inputs.count) inputs")
    }
    let masks = try builder.masks(of: Array(inputs.prefix(2)), layer)
    queryMask = masks[0]
    valueMask = masks[1]
    query = inputs[0]
    value = inputs[1]
    key = inputs.count > 2 ? inputs[2] : inputs[1]
    for input in inputs where builder.shape(input).count < 3 {
      throw layer.error("an input of shape \(builder.shape(input).text) needs at least 3 axes")
    }
    // Keras 2 had it as an option of the layer at first.
    let isCausal = try layer.configuration.bool("causal", default: false)
    self.isCausal = try layer.flag("use_causal_mask") || isCausal
    returnsScores = try layer.flag("return_attention_scores")
  }
}

extension LayerCall {
  /// Whether a keyword of the call is true.
  func flag(_ keyword: String) throws(KerasError) -> Bool {
    guard let value = arguments.keywords.last(where: { $0.key == keyword })?.value else { return false }
    switch value {
    case .constant(.null): return false
    case .constant(let constant):
      if let flag = constant.bool ?? constant.integer.map({ $0 != 0 }) { return flag }
    default: break
    }
    throw error("its argument \"\(keyword)\" is neither true nor false")
  }

  /// Throws when the call has one of the given arguments.
  func refuseMasks(_ keywords: [String]) throws(KerasError) {
    for (key, value) in arguments.keywords where keywords.contains(key) {
      if case .constant(.null) = value { continue }
      if value.tensors.isEmpty, case .list(let elements) = value,
        elements.allSatisfy({ if case .constant(.null) = $0 { true } else { false } })
      {
        continue
      }
      if case .constant(.array(let elements)) = value, elements.allSatisfy(\.isNull) { continue }
      throw error(
        "its argument \"\(key)\" is not supported", remedy: "build the model without masks and save it again")
    }
  }
}

extension GraphBuilder {
  /// `sum(scale * tanh(query + key))` for every pair of positions; the scale stands within the tanh otherwise.
  fileprivate mutating func additiveScores(
    _ inputs: AttentionInputs, scale: Tensor?, isOutside: Bool, _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let leading = Array(repeating: Slice.whole, count: shape(inputs.query).count - 2)
    let query = try add(.slice(leading + [.whole, .newAxis]), [inputs.query], layer)
    let key = try add(.slice(leading + [.newAxis]), [inputs.key], layer)
    var pairs = try add(.binary(.add), [query, key], layer)
    if let scale, !isOutside {
      pairs = try add(.binary(.multiply), [pairs, constant(scale, layer)], layer)
    }
    pairs = try add(.unary(.tanh), [pairs], layer)
    if let scale, isOutside {
      pairs = try add(.binary(.multiply), [pairs, constant(scale, layer)], layer)
    }
    return try add(.reduction(.sum, axes: [-1], keepDimensions: false), [pairs], layer)
  }

  /// The values weighted by the softmax of their scores.
  fileprivate mutating func attend(
    _ scores: Graph.ValueID, _ inputs: AttentionInputs, _ layer: LayerCall
  ) throws(KerasError) -> Value {
    var scores = scores
    if inputs.isCausal {
      scores = try mask(scores, with: causalMask(of: scores, layer), layer)
    }
    if let valueMask = inputs.valueMask {
      scores = try mask(scores, with: positions(valueMask, areQueries: false, layer), layer)
    }
    let weights = try add(.softmax(axes: [-1]), [scores], layer)
    var result = try add(.matMul(transposeA: false, transposeB: false), [weights, inputs.value], layer)
    if let queryMask = inputs.queryMask {
      let isKept = try positions(queryMask, areQueries: true, layer)
      result = try add(.select, [isKept, result, constant(Tensor(shape: [], [0]), layer)], layer)
      setMask(queryMask, of: result)
    }
    return inputs.returnsScores ? .list([.tensor(result), .tensor(weights)]) : .tensor(result)
  }

  /// A mask of positions, to broadcast against scores, whose last two axes are those of queries and of keys.
  mutating func positions(_ mask: Graph.ValueID, areQueries: Bool, _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID
  {
    let leading = Array(repeating: Slice.whole, count: max(shape(mask).count - 1, 0))
    return try add(.slice(leading + (areQueries ? [.whole, .newAxis] : [.newAxis])), [mask], layer)
  }

  /// 1 where a query's position (the axis before the last) is not before the key's (the last), else 0.
  mutating func causalMask(of scores: Graph.ValueID, _ layer: LayerCall) throws(KerasError) -> Graph.ValueID {
    let (rows, columns) = try positions(of: scores, layer)
    return try add(.binary(.greaterEqual), [rows, columns], layer)
  }

  /// The positions of queries and keys, to broadcast against each other.
  func sizesOfScores(_ scores: Graph.ValueID, _ layer: LayerCall) throws(KerasError)
    -> (queries: Int, keys: Int)
  {
    let shape = shape(scores)
    guard shape.count >= 2, let queries = shape[shape.count - 2], let keys = shape[shape.count - 1] else {
      throw layer.error(
        "a mask by position needs known numbers of positions, the scores' shape is \(shape.text)",
        remedy: "build the model with an Input of fixed size")
    }
    return (queries, keys)
  }

  /// The positions of queries, `[queries, 1]`, and of keys, `[keys]`, of scores, counted from 1.
  mutating func positions(of scores: Graph.ValueID, _ layer: LayerCall) throws(KerasError)
    -> (queries: Graph.ValueID, keys: Graph.ValueID)
  {
    let (queries, keys) = try sizesOfScores(scores, layer)
    return (try count(to: queries, layer, asColumn: true), try count(to: keys, layer, asColumn: false))
  }

  /// 1, 2, ... as `[size, 1]` or `[size]`; computed, as a size in a file may be anything.
  private mutating func count(to size: Int, _ layer: LayerCall, asColumn: Bool) throws(KerasError)
    -> Graph.ValueID
  {
    let one = constant(Tensor(shape: asColumn ? [1, 1] : [1], [1]), layer)
    let ones = try add(.broadcast(asColumn ? [size, 1] : [size]), [one], layer)
    return try add(.cumulativeSum(axis: 0), [ones], layer)
  }

  /// The softmax of what a mask, which broadcasts against the values, keeps.
  mutating func softmax(of value: Graph.ValueID, where mask: Graph.ValueID, axes: [Int], _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    let result = try add(.softmax(axes: axes), [self.mask(value, with: mask, layer)], layer)
    // Where all are masked, each was as likely before.
    guard layer.version.isAtLeast(3, 10) else { return result }
    return try add(.select, [mask, result, constant(Tensor(shape: [], [0]), layer)], layer)
  }

  /// Scores that count for nothing where a mask, which broadcasts against them, is 0.
  mutating func mask(_ scores: Graph.ValueID, with mask: Graph.ValueID, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    let nothing = constant(Tensor(shape: [], [-1e30]), layer)
    return try add(.select, [mask, scores, nothing], layer)
  }
}
