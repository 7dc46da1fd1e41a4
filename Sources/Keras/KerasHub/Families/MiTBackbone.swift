import JSON

// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/mit/mit_layers.py

extension HubClass {
  /// As KerasHub has it since 0.18.
  static let miT = HubClass(arguments: [
    "layerwise_depths", "num_layers", "layerwise_num_heads", "layerwise_sr_ratios", "max_drop_path_rate",
    "layerwise_patch_sizes", "layerwise_strides", "image_shape", "hidden_dims",
  ]) { arguments, model throws(KerasError) in
    let stages = try MiTStage.all(arguments)
    var (height, width, channels) = try arguments.fixedImageShape()
    var x = model.input([height, width, channels])
    for (index, stage) in stages.enumerated() {
      x = stage.embed(&model, "patch_and_embed_\(index)", x, height: height, width: width)
      let (rows, columns) = (stage.patches(height), stage.patches(width))
      (height, width) = (height / stage.stride, width / stage.stride)
      guard rows == height, columns == width else {
        throw arguments.error("image_shape", "a size that the strides divide")
      }
      // The library takes every map for a square.
      let side = Int(Double(height * width).squareRoot())
      guard side * side == height * width, side > 0, side >= stage.ratio else {
        throw arguments.error("image_shape", "that of a square large enough for the strides")
      }
      for block in 0..<stage.depth {
        x = stage.encode(&model, "hierarchical_encoder_\(index)_\(block)", x, side: side)
      }
      x = model.layerNormalization(nil, x, epsilon: 1e-5)
      x = model.layer(
        "Reshape", "output_level_\(index)", ["target_shape": .integers([height, width, stage.width])], x)
    }
    return [("", x)]
  }
}

private struct MiTStage {
  let depth, width, heads, patch, stride: Int
  /// How many times smaller the map is, each way, that keys and values are made of.
  let ratio: Int

  static func all(_ arguments: HubArguments) throws(KerasError) -> [MiTStage] {
    let keys = [
      "layerwise_depths", "hidden_dims", "layerwise_num_heads", "layerwise_patch_sizes", "layerwise_strides",
      "layerwise_sr_ratios",
    ]
    let columns = try keys.map { key throws(KerasError) in try arguments.integers(key) }
    _ = try arguments.repeats("layerwise_depths")
    let count = try arguments.repeats("num_layers")[0]
    for (key, column) in zip(keys, columns) where column.count < count || column.contains(where: { $0 < 1 }) {
      throw arguments.error(key, "\(count) whole numbers from 1")
    }
    for index in 0..<count where columns[1][index] % columns[2][index] != 0 {
      throw arguments.error("hidden_dims", "multiples of \"layerwise_num_heads\"")
    }
    return (0..<count).map { index in
      MiTStage(
        depth: columns[0][index], width: columns[1][index], heads: columns[2][index],
        patch: columns[3][index], stride: columns[4][index], ratio: columns[5][index])
    }
  }

  /// How many patches lie along an axis.
  func patches(_ size: Int) -> Int { max(0, size + patch / 2 * 2 - patch) / stride + 1 }

  /// Overlapping patches as vectors.
  func embed(
    _ model: inout FunctionalDraft, _ name: String, _ image: TensorReference, height: Int, width: Int
  ) -> TensorReference {
    model.block("OverlappingPatchingAndEmbedding", name, image) { block, image in
      var x = block.zeroPadding("padding", image, patch / 2)
      x = block.convolution(
        "proj", x, filters: self.width, kernel: [patch], strides: [stride], bias: true)
      x = block.reshape(x, [-1, patches(height) * patches(width), self.width])
      return block.layerNormalization("norm", x, epsilon: 1e-5)
    }
  }

  /// - Parameter side: of the square that the vectors were.
  func encode(_ model: inout FunctionalDraft, _ name: String, _ input: TensorReference, side: Int)
    -> TensorReference
  {
    model.block("HierarchicalTransformerEncoder", name, input) { block, input in
      var x = block.layerNormalization("norm1", input, epsilon: 1e-6)
      x = block.sum(input, attention(&block, x, side: side))
      let y = block.layerNormalization("norm2", x, epsilon: 1e-6)
      let mixed = block.block("MixFFN", "mlp", y) { block, y in
        var y = block.dense("fc1", y, units: 4 * width)
        y = block.reshape(y, [-1, side, side, 4 * width])
        y = block.depthwiseConvolution("dwconv", y, kernel: 3, strides: 1, padding: "same", bias: true)
        y = block.reshape(y, [-1, side * side, 4 * width])
        y = block.operation("Gelu", ["approximate": .bool(true)], .tensor(y))
        return block.dense("fc2", y, units: width)
      }
      return block.sum(x, mixed)
    }
  }

  private func attention(_ block: inout FunctionalDraft, _ input: TensorReference, side: Int)
    -> TensorReference
  {
    let order = ["q", "k", "v", "proj", "sr", "norm"]
    return block.block("SegFormerMultiheadAttention", "attn", order: order, input) { block, input in
      var context = input
      var count = side * side
      if ratio > 1 {
        let reduced = side / ratio
        count = reduced * reduced
        context = block.reshape(context, [-1, side, side, width])
        context = block.convolution(
          "sr", context, filters: width, kernel: [ratio], strides: [ratio], bias: true)
        context = block.reshape(context, [-1, count, width])
        context = block.layerNormalization("norm", context, epsilon: 1e-5)
      }
      let query = headed(&block, "q", input, side * side, [0, 2, 1, 3])
      let key = headed(&block, "k", context, count, [0, 2, 3, 1])
      let value = headed(&block, "v", context, count, [0, 2, 1, 3])
      var x = block.matrixProduct(query, key)
      x = block.product(x, .constant(.real(1 / Double(width / heads).squareRoot())))
      x = block.matrixProduct(block.layer("Softmax", nil, [:], x), value)
      x = block.reshape(block.transpose(x, [0, 2, 1, 3]), [-1, side * side, width])
      return block.dense("proj", x, units: width)
    }
  }

  /// A dense layer whose result is cut into heads.
  private func headed(
    _ block: inout FunctionalDraft, _ name: String, _ x: TensorReference, _ count: Int, _ axes: [Int]
  ) -> TensorReference {
    let heads = block.reshape(block.dense(name, x, units: width), [-1, count, heads, width / heads])
    return block.transpose(heads, axes)
  }
}
