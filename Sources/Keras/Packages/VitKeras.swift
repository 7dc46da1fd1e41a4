import Inference

extension Package {
  /// `vit-keras`, whose classes are registered without a package's name: in `.h5` files they are known by the names of
  /// their weights too.
  static let vitKeras = Package(
    module: "vit_keras",
    layers: [
      "Custom>ClassToken": LayerClass(weights: { _ in [WeightName("cls", savedName: "cls")] }) {
        layer, builder throws(KerasError) in
        let input = try layer.input()
        let token = try layer.weights.tensor("cls", [1, 1, builder.channels(input, layer)])
        return .tensor(try builder.prepend(token, to: input, layer))
      },
      "Custom>AddPositionEmbs": LayerClass(weights: { _ in [WeightName("pe", savedName: "pos_embedding")] }) {
        layer, builder throws(KerasError) in
        let input = try layer.input()
        let sizes = [1] + builder.shape(input).dropFirst()
        let table = builder.constant(try layer.weights.tensor("pe", sizes), layer)
        return .tensor(try builder.apply(.add, input, table, layer))
      },
      "Custom>TransformerBlock": LayerClass(weights: blockWeights, build: block),
    ])

  /// The dense layers and normalisations within a block: their names in an archive, and in a `.h5` file.
  private static let parts: [(name: String, archive: String, saved: String)] = [
    ("query", "att/query_dense", "MultiHeadDotProductAttention_1/query"),
    ("key", "att/key_dense", "MultiHeadDotProductAttention_1/key"),
    ("value", "att/value_dense", "MultiHeadDotProductAttention_1/value"),
    ("out", "att/combine_heads", "MultiHeadDotProductAttention_1/out"),
    ("first", "mlpblock/layers/dense", "Dense_0"), ("second", "mlpblock/layers/dense_1", "Dense_1"),
    ("norm1", "layernorm1", "LayerNorm_0"), ("norm2", "layernorm2", "LayerNorm_2"),
  ]

  @Sendable private static func blockWeights(_ configuration: LayerConfiguration) -> [WeightName] {
    parts.flatMap { part in
      (part.name.hasPrefix("norm") ? ["gamma", "beta"] : ["kernel", "bias"]).enumerated().map { index, name in
        WeightName(
          "\(part.name)/\(name)", archivePath: "\(part.archive)/vars/\(index)",
          savedName: "\(part.saved)/\(name)")
      }
    }
  }

  /// A block gives its result and the shares of its attention.
  @Sendable private static func block(_ layer: LayerCall, _ builder: inout GraphBuilder) throws(KerasError)
    -> Value
  {
    let input = try layer.input()
    guard builder.shape(input).count == 3 else {
      throw layer.error("its input needs the axes (batch, positions, channels)")
    }
    let heads = try layer.configuration.integer("num_heads")
    let channels = try builder.channels(input, layer, groups: heads)
    let hidden = try layer.configuration.integer("mlp_dim")
    let width = channels / heads
    func dense(_ value: Graph.ValueID, _ name: String, _ sizes: [Int], _ builder: inout GraphBuilder)
      throws(KerasError) -> Graph.ValueID
    {
      let kernel = try layer.weights.tensor("\(name)/kernel", sizes)
      let bias = try layer.weights.tensor("\(name)/bias", [sizes[1]])
      return try builder.add(.dense(Dense(kernel: kernel, bias: bias)), [value], layer)
    }
    func normalized(_ value: Graph.ValueID, _ name: String, _ builder: inout GraphBuilder) throws(KerasError)
      -> Graph.ValueID
    {
      let normalization = Normalization(
        .layer, axes: [2], epsilon: 1e-6, gamma: try layer.weights.tensor("\(name)/gamma", [channels]),
        beta: try layer.weights.tensor("\(name)/beta", [channels]))
      return try builder.add(.normalization(normalization), [value], layer)
    }
    let first = try normalized(input, "norm1", &builder)
    var projected: [Graph.ValueID] = []
    for name in ["query", "key", "value"] {
      let whole = try dense(first, name, [channels, channels], &builder)
      projected.append(try builder.add(.reshape([Operation.keep, -1, heads, width]), [whole], layer))
    }
    let query = try builder.apply(
      .linear(scale: 1 / Float(width).squareRoot(), offset: 0), projected[0], layer)
    let scores = try builder.add(.einsum("bnho,bmho->bhnm"), [query, projected[1]], layer)
    let shares = try builder.add(.softmax(axes: [-1]), [scores], layer)
    let joined = try builder.add(.einsum("bhnm,bmho->bnho"), [shares, projected[2]], layer)
    let merged = try builder.add(.reshape([Operation.keep, -1, channels]), [joined], layer)
    let attended = try builder.apply(
      .add, dense(merged, "out", [channels, channels], &builder), input, layer)
    var result = try dense(
      normalized(attended, "norm2", &builder), "first", [channels, hidden], &builder)
    result = try builder.apply(.gelu(approximate: false), result, layer)
    result = try dense(result, "second", [hidden, channels], &builder)
    return .list([.tensor(try builder.apply(.add, attended, result, layer)), .tensor(shares)])
  }
}
