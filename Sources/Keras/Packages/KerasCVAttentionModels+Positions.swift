import Glibc
import Inference

// What tells an attention where its positions are, in keras-cv-attention-models: weights that are chosen by the distance
// of query and key, and waves.

extension Package {
  /// Weights, a head's each, by the distance of query and key along both axes.
  static let relativeEmbedding = LayerClass(weights: { _ in ["positional_embedding"] }) {
    layer, builder throws(KerasError) in
    let scores = try AttentionScores(layer, builder)
    let hasToken = try layer.configuration.bool("with_cls_token", default: true)
    let (height, width) = try scores.grid(layer, key: "attn_height", tokens: hasToken ? 1 : 0)
    let distances = (2 * height - 1) * (2 * width - 1)
    let table = try layer.weights.tensor(
      "positional_embedding", [nil, distances + (hasToken ? 3 : 0)])
    let tokens = hasToken ? 1 : 0
    // Where there are fewer keys, they are the last ones.
    let skipped = height * width - (scores.keys - tokens)
    guard skipped >= 0 else { throw layer.error("it has more keys than queries") }
    return .tensor(
      try builder.addBias(scores, layer) { head, query, key in
        let index: Int
        switch (query < tokens, key < tokens) {
        case (true, true): index = distances + 2
        case (true, false): index = distances
        case (false, true): index = distances + 1
        case (false, false):
          // The package's rows have the axes exchanged.
          let (q, k) = (query - tokens, key - tokens + skipped)
          index =
            (q % height - k % height + height - 1) + (q / height - k / height + width - 1) * (2 * height - 1)
        }
        return table.values[(table.shape[0] == 1 ? 0 : head) * table.shape[1] + index]
      })
  }

  /// Weights by how far query and key are apart, whatever the direction.
  static let distanceEmbedding = LayerClass(weights: { _ in ["positional_embedding"] }) {
    layer, builder throws(KerasError) in
    let scores = try AttentionScores(layer, builder)
    let table = try layer.weights.tensor(
      "positional_embedding", scores.heads == nil ? [scores.keys] : [scores.keys, scores.heads])
    let heads = scores.heads ?? 1
    var queryHeight = try layer.configuration.integer("query_height", default: -1)
    if queryHeight == -1 { queryHeight = scores.queries.root }
    guard queryHeight > 0, scores.queries % queryHeight == 0 else {
      throw layer.configuration.error("query_height", "a height that divides \(scores.queries) queries")
    }
    let stride = Int((Double(scores.keys) / Double(scores.queries)).squareRoot().rounded(.up))
    var keyHeight = try layer.configuration.integer("key_height", default: -1)
    if keyHeight == -1 {
      keyHeight = queryHeight * stride
      while keyHeight > 1, scores.keys % keyHeight != 0 { keyHeight -= 1 }
    }
    guard keyHeight > 0, scores.keys % keyHeight == 0 else {
      throw layer.configuration.error("key_height", "a height that divides \(scores.keys) keys")
    }
    // The largest distances: from the first query to the last key, or from the last query to the first key.
    let farthestX = max(keyHeight - 1, (queryHeight - 1) * stride)
    let farthestY = max(scores.keys / keyHeight - 1, (scores.queries / queryHeight - 1) * stride)
    guard farthestX + farthestY * keyHeight < scores.keys else {
      throw layer.error(
        "its heights of \(queryHeight) for queries and \(keyHeight) for keys reach beyond its table of distances"
      )
    }
    return .tensor(
      try builder.addBias(scores, layer) { head, query, key in
        let x = abs(key % keyHeight - query % queryHeight * stride)
        let y = abs(key / keyHeight - query / queryHeight * stride)
        return table.values[(x + y * keyHeight) * heads + head]
      })
  }

  /// A small network's function of the distance of query and key, or of each position.
  static let pairwiseEmbedding = LayerClass(weights: { configuration throws(KerasError) in
    try configuration.bool("is_deploy_mode", default: false)
      ? [.state("deploy_bias")] : ["hidden_weight", "hidden_bias", "out"]
  }) { layer, builder throws(KerasError) in
    let input = try layer.input()
    if layer.weights["deploy_bias"] != nil {
      return .tensor(try builder.apply(.add, input, layer.constant("deploy_bias", &builder), layer))
    }
    if try layer.configuration.bool("use_absolute_pos", default: false) {
      let shape = builder.shape(input)
      let channels = try builder.channels(input, layer)
      let network = try PositionNetwork(layer, outputs: channels)
      var height: Int
      let width: Int
      if shape.count == 3 {
        let count = try builder.size(1, of: input, layer)
        height = try layer.configuration.integer("attn_height", default: -1)
        if height == -1 { height = count.root }
        width = count / max(height, 1)
      } else {
        height = try builder.size(1, of: input, layer)
        width = try builder.size(2, of: input, layer)
      }
      guard height > 1, width > 1 else { throw layer.error("its input is too small") }
      try layer.checkTable([height, width, channels])
      let values = (0..<height * width).flatMap {
        network(
          Double($0 / width) / Double(height / 2) - 1, Double($0 % width) / Double(width / 2) - 1)
      }
      let sizes = shape.count == 3 ? [1, height * width, channels] : [1, height, width, channels]
      return .tensor(
        try builder.apply(.add, input, builder.constant(Tensor(shape: sizes, values), layer), layer))
    }
    let scores = try AttentionScores(layer, builder)
    guard let heads = scores.heads else { throw layer.error("its input has no heads") }
    var height = try layer.configuration.integer("attn_height", default: -1)
    if height == -1 { height = scores.queries.root }
    var width = try layer.configuration.integer("attn_width", default: -1)
    if width == -1 { width = scores.queries / max(height, 1) }
    let range = 1...max(scores.queries, 1)
    guard range.contains(height), range.contains(width), height * width <= scores.queries,
      scores.keys == scores.queries
    else {
      throw layer.error("its height and width do not fit \(scores.queries) positions")
    }
    let skipped = scores.queries - height * width
    try layer.checkTable([heads, scores.queries, scores.keys])
    var limits = try layer.configuration.integers("pos_scale", default: [-1])
    if limits == [-1] { limits = [height, width] }
    if limits.count == 1 { limits.append(limits[0]) }
    guard limits.count == 2, limits.allSatisfy({ $0 > 1 }) else {
      throw layer.configuration.error("pos_scale", "one or two whole numbers above 1")
    }
    func coordinate(_ distance: Int, _ limit: Int) -> Double {
      let scaled = Double(distance) * 8 / (Double(limit) - 1)
      return (scaled < 0 ? -1 : 1) * log(1 + abs(scaled)) / (log(2) * 3)
    }
    let network = try PositionNetwork(layer, outputs: heads)
    var table: [Float] = []
    for y in (1 - height)..<height {
      for x in (1 - width)..<width {
        table += network(coordinate(y, limits[0]), coordinate(x, limits[1])).map { 16 / (1 + expf(-$0)) }
      }
    }
    return .tensor(
      try builder.addBias(scores, layer) { head, query, key in
        let (q, k) = (query - skipped, key - skipped)
        if q < 0 || k < 0 { return 0 }
        // The package counts positions with the axes exchanged.
        let index =
          (q % height - k % height + height - 1) + (q / height - k / height + width - 1) * (2 * height - 1)
        return table[index * heads + head]
      })
  }

  /// Weights by the places of a query's window and of a key within it.
  static let kernelBias = LayerClass(weights: { _ in ["positional_embedding"] }) {
    layer, builder throws(KerasError) in
    let input = try layer.input()
    var sizes: [Int] = []
    for axis in 1..<builder.shape(input).count { sizes.append(try builder.size(axis, of: input, layer)) }
    guard sizes.count >= 3, let area = sizes.last else { throw layer.error("its input has too few axes") }
    let isHeadsFirst = try layer.configuration.bool("is_heads_first", default: false)
    let (heads, blocks) = isHeadsFirst ? (sizes[0], sizes[1]) : (sizes[1], sizes[0])
    let size = area.root
    var height = try layer.configuration.integer("input_height", default: -1)
    if height <= 0 { height = blocks.root }
    var rates = try layer.configuration.integers("dilation_rate", default: [1])
    if rates.count == 1 { rates.append(rates[0]) }
    let width = blocks / max(height, 1)
    guard size * size == area, height > 0, height * width == blocks, rates.count == 2,
      rates.allSatisfy({ (1...blocks).contains($0) }), height >= (size - 1) * rates[0],
      width >= (size - 1) * rates[1], size % 2 == 1
    else { throw layer.error("its windows do not fit its input") }
    try layer.checkTable([heads, blocks, area])
    let span = 2 * size - 1
    let table = try layer.weights.tensor("positional_embedding", [heads, span * span])
    /// Where a window begins that is kept within the image.
    func start(_ place: Int, _ total: Int, _ rate: Int) -> Int {
      let half = size / 2
      if place < half * rate { return place / rate }
      return place >= total - half * rate ? half + 1 + (place - (total - half * rate)) / rate : half
    }
    var values: [Float] = []
    for head in 0..<heads {
      for block in 0..<blocks {
        let place = blocks - 1 - block
        let first = start(place / width, height, rates[0]) * span + start(place % width, width, rates[1])
        for key in 0..<area {
          values.append(table.values[head * span * span + first + key / size * span + key % size])
        }
      }
    }
    let bias = Tensor(shape: [heads, blocks, area], values)
    let ones = Array(repeating: 1, count: sizes.count - 3)
    let shaped =
      isHeadsFirst
      ? bias.reshaped([heads, blocks] + ones + [area])
      : bias.transposed([1, 0, 2]).reshaped([blocks, heads] + ones + [area])
    return .tensor(try builder.apply(.add, input, builder.constant(shaped, layer), layer))
  }

  /// Products of queries with a vector for each distance along each axis.
  static let relativeLogits = LayerClass(weights: { _ in ["r_height", "r_width"] }) {
    layer, builder throws(KerasError) in
    let input = try layer.input()
    guard builder.shape(input).count == 5 else { throw layer.error("its input needs five axes") }
    let (rows, columns) = (try builder.size(2, of: input, layer), try builder.size(3, of: input, layer))
    let channels = try builder.channels(input, layer)
    let isAbsolute = try layer.configuration.bool("use_absolute_pos", default: false)
    let isCut = try layer.configuration.bool("dynamic_shape", default: false)
    func logits(
      _ name: String, _ key: String, _ count: Int, _ equation: String, _ builder: inout GraphBuilder
    ) throws(KerasError) -> Graph.ValueID {
      let places = max(try layer.configuration.integer(key, default: 0), count)
      try layer.checkTable([2, count, places, channels])
      if places > count, isCut {
        throw layer.configuration.error("dynamic_shape", "false")
      }
      let entries = isAbsolute ? places : 2 * places - 1
      let table = try layer.weights.tensor(name, [channels, entries])
      // Of each query and key the vector that belongs to their distance.
      var values: [Float] = []
      for query in 0..<count {
        for place in 0..<places {
          let index = isAbsolute ? place : places - 1 - query + place
          for channel in 0..<channels { values.append(table.values[channel * entries + index]) }
        }
      }
      let vectors = builder.constant(Tensor(shape: [count, places, channels], values), layer)
      return try builder.add(.einsum(equation), [input, vectors], layer)
    }
    let width = try logits("r_width", "position_width", columns, "bnxyd,yjd->bnxyj", &builder)
    let height = try logits("r_height", "position_height", rows, "bnxyd,xid->bnxyi", &builder)
    let all: [Slice] = [.whole, .whole, .whole, .whole]
    return .tensor(
      try builder.apply(
        .add, builder.add(.slice(all + [.newAxis]), [width], layer),
        builder.add(.slice(all + [.whole, .newAxis]), [height], layer), layer))
  }
}

/// What an attention's bias is added to: `(batch, heads, queries, keys)`, or without heads.
private struct AttentionScores {
  let value: Graph.ValueID
  let heads: Int?
  let queries: Int
  let keys: Int

  init(_ layer: LayerCall, _ builder: GraphBuilder) throws(KerasError) {
    value = try layer.input()
    let rank = builder.shape(value).count
    guard rank == 3 || rank == 4 else { throw layer.error("its input needs three or four axes") }
    heads = rank == 4 ? try builder.size(1, of: value, layer) : nil
    queries = try builder.size(rank - 2, of: value, layer)
    keys = try builder.size(rank - 1, of: value, layer)
  }

  /// The height and width of the image whose positions the queries are.
  func grid(_ layer: LayerCall, key: String, tokens: Int) throws(KerasError) -> (height: Int, width: Int) {
    var height = try layer.configuration.integer(key, default: -1)
    if height == -1 { height = (queries - tokens).root }
    guard height > 0, (queries - tokens) % height == 0, queries > tokens else {
      throw layer.configuration.error(key, "a height that divides \(queries - tokens) positions")
    }
    return (height, (queries - tokens) / height)
  }
}

/// Two dense layers that give numbers for a place.
private struct PositionNetwork {
  private let hidden, bias, out: Tensor

  init(_ layer: LayerCall, outputs: Int) throws(KerasError) {
    let width = try layer.configuration.integer("hidden_dim", default: 512)
    hidden = try layer.weights.tensor("hidden_weight", [2, width])
    bias = try layer.weights.tensor("hidden_bias", [width])
    out = try layer.weights.tensor("out", [width, outputs])
  }

  func callAsFunction(_ y: Double, _ x: Double) -> [Float] {
    let width = bias.count
    var sums = [Double](repeating: 0, count: out.shape[1])
    for index in 0..<width {
      let value =
        y * Double(hidden.values[index]) + x * Double(hidden.values[width + index])
        + Double(bias.values[index])
      if value <= 0 { continue }
      for output in sums.indices { sums[output] += value * Double(out.values[index * sums.count + output]) }
    }
    return sums.map { Float($0) }
  }
}

extension GraphBuilder {
  /// Adds to scores what a function of head, query and key gives.
  fileprivate mutating func addBias(
    _ scores: AttentionScores, _ layer: LayerCall, _ bias: (Int, Int, Int) -> Float
  ) throws(KerasError) -> Graph.ValueID {
    let heads = scores.heads ?? 1
    let shape = (scores.heads.map { [$0] } ?? []) + [scores.queries, scores.keys]
    try layer.checkTable(shape)
    var values: [Float] = []
    values.reserveCapacity(heads * scores.queries * scores.keys)
    for head in 0..<heads {
      for query in 0..<scores.queries {
        for key in 0..<scores.keys { values.append(bias(head, query, key)) }
      }
    }
    return try apply(.add, scores.value, constant(Tensor(shape: shape, values), layer), layer)
  }
}

extension Int {
  /// The whole part of the square root.
  var root: Int { self > 0 ? Int(Double(self).squareRoot()) : 0 }
}
