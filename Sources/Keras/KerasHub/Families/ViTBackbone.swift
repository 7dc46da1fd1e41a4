import JSON

// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/vit/vit_layers.py

extension HubClass {
  static let viT = HubClass(arguments: [
    "image_shape", "patch_size", "num_layers", "num_heads", "hidden_dim", "mlp_dim", "dropout_rate",
    "attention_dropout", "layer_norm_epsilon", "use_mha_bias", "use_mlp_bias", "use_class_token",
    "use_patch_bias",
  ]) { arguments, model throws(KerasError) in
    let patches = try PatchGrid(arguments)
    let width = try arguments.integer("hidden_dim")
    let hasToken = try arguments.bool("use_class_token", default: true)
    let hasPatchBias = try arguments.bool("use_patch_bias", default: true)
    let image = model.input(try arguments.imageShape())
    var x = model.block("ViTPatchingAndEmbedding", "vit_patching_and_embedding", image) { block, image in
      let token = hasToken ? block.variable("class_token", 0, [1, 1, width]) : nil
      let patches = block.patches("patch_embedding", image, patches, width: width, bias: hasPatchBias)
      let positions = block.variable(
        "position_embeddings", 0, [patches.count + (hasToken ? 1 : 0), width], of: "position_embedding")
      return block.sum(
        block.sequence(patches.tensor, count: patches.count, tokens: token.map { [$0] } ?? []), positions)
    }
    let encoder = try TransformerSizes(arguments, hidden: "mlp_dim")
    let hasBias = try arguments.bool("use_mlp_bias", default: true)
    let layers = try arguments.repeats("num_layers")[0]
    x = model.transformerEncoder(
      "ViT", x, encoder, layers: layers, dense: ["mlp/dense_1", "mlp/dense_2"], bias: hasBias)
    return [("", x)]
  }
}

extension HubHead {
  /// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/vit/vit_image_classifier.py
  static let viT = HubHead(
    arguments: ["num_classes", "pooling", "intermediate_dim", "activation", "dropout"]
  ) { arguments, _, features, model throws(KerasError) in
    var x = try model.pooledSequence(features[0], arguments)
    if let width = try arguments.configuration.optionalInteger("intermediate_dim") {
      x = model.dense("pre_logits", x, units: width, activation: "tanh")
    }
    x = model.layer("Dropout", "output_dropout", [:], x)
    return try model.predictions(x, arguments)
  }

  /// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/deit/deit_image_classifier.py
  static let deiT = HubHead(arguments: ["num_classes", "pooling", "activation", "dropout"]) {
    arguments, _, features, model throws(KerasError) in
    try model.predictions(model.pooledSequence(features[0], arguments), arguments)
  }
}

/// The patches that an image is cut into.
struct PatchGrid {
  /// In pixels: height and width.
  let size: [Int]
  /// Patches of a column and of a row.
  let rows, columns: Int

  init(_ arguments: HubArguments) throws(KerasError) {
    let image = try arguments.fixedImageShape()
    var size = try arguments.integers("patch_size")
    if size.count == 1 { size.append(size[0]) }
    guard size.count == 2, size.allSatisfy({ $0 > 0 }) else {
      throw arguments.error("patch_size", "one or two whole numbers from 1")
    }
    self.size = size
    rows = image.height / size[0]
    columns = image.width / size[1]
  }
}

/// The sizes of the blocks of a transformer.
struct TransformerSizes {
  let width, heads, hidden: Int
  let epsilon: Double
  let hasBias: Bool

  /// - Parameter hidden: the argument for the width within a block.
  init(_ arguments: HubArguments, hidden: String) throws(KerasError) {
    width = try arguments.integer("hidden_dim")
    heads = try arguments.integer("num_heads")
    guard heads > 0 else { throw arguments.error("num_heads", "a whole number from 1") }
    self.hidden = try arguments.integer(hidden)
    epsilon = try arguments.configuration.number("layer_norm_epsilon", default: 1e-6)
    hasBias = try arguments.bool("use_mha_bias", default: true)
  }
}

extension FunctionalDraft {
  /// The patches of an image, each a vector, one after the other.
  mutating func patches(_ name: String, _ image: Tensor, _ grid: PatchGrid, width: Int, bias: Bool = true)
    -> (tensor: Tensor, count: Int)
  {
    let count = grid.rows * grid.columns
    let x = convolution(name, image, filters: width, kernel: grid.size, strides: grid.size, bias: bias)
    return (reshape(x, [-1, count, width]), count)
  }

  /// Puts tokens before a sequence, the same for every image.
  /// - Parameter count: the length of the sequence.
  mutating func sequence(_ x: Tensor, count: Int, tokens: [Tensor]) -> Tensor {
    if tokens.isEmpty { return x }
    // Zeros make room, to which the tokens are added with zeros behind them: the batch is of unknown size.
    let all = tokens.count == 1 ? tokens[0] : concatenation(nil, tokens, axis: 1)
    return sum(padded(x, before: tokens.count, after: 0), padded(all, before: 0, after: count))
  }

  /// A sequence with zeros before and after it.
  private mutating func padded(_ x: Tensor, before: Int, after: Int) -> Tensor {
    let widths = [[0, 0], [before, after], [0, 0]].map { JSONValue.integers($0) }
    return operation("Pad", ["pad_width": .array(widths)], .tensor(x))
  }

  /// A sequence plus what attention takes from it.
  mutating func selfAttention(_ x: Tensor, _ sizes: TransformerSizes) -> Tensor {
    let normalized = layerNormalization("layer_norm_1", x, epsilon: sizes.epsilon)
    let attended = layer(
      "MultiHeadAttention", "mha",
      [
        "num_heads": .integer(sizes.heads), "key_dim": .integer(sizes.width / sizes.heads),
        "use_bias": .bool(sizes.hasBias),
      ], normalized, normalized)
    return sum(attended, x)
  }

  /// The encoder of a family: blocks of attention and two dense layers, then a normalization.
  /// - Parameters:
  ///   - dense: where a block has its dense layers.
  ///   - bias: whether these have one.
  mutating func transformerEncoder(
    _ family: String, _ x: Tensor, _ sizes: TransformerSizes, layers: Int, dense: [String], bias: Bool
  ) -> Tensor {
    block(family + "Encoder", family.lowercased() + "_encoder", x) { model, x in
      var x = x
      for index in 0..<layers {
        let name = family + "EncoderBlock"
        let place = FunctionalDraft.element(of: "encoder_layers", name, index)
        x = model.block(name, place, savedName: "transformer_block_\(index + 1)", x) { block, x in
          let attended = block.selfAttention(x, sizes)
          var y = block.layerNormalization("layer_norm_2", attended, epsilon: sizes.epsilon)
          y = block.dense(dense[0], y, units: sizes.hidden, bias: bias, activation: "gelu")
          y = block.dense(dense[1], y, units: sizes.width, bias: bias)
          return block.sum(attended, y)
        }
      }
      return model.layerNormalization("layer_norm", x, epsilon: sizes.epsilon)
    }
  }

  /// A sequence as one vector, by `pooling`.
  fileprivate mutating func pooledSequence(_ x: Tensor, _ arguments: HubArguments) throws(KerasError)
    -> Tensor
  {
    switch try arguments.configuration.string("pooling", default: "token") {
    case "token":
      let all: JSONValue = ["class_name": "__slice__", "config": [:]]
      return operation("GetItem", [:], .tensor(x), .constant(.array([all, .integer(0)])))
    case "gap": return mean(x, axes: [1])
    // Like Keras, every vector by itself.
    default: return x
    }
  }
}
