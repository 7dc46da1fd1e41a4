import JSON

// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/deit/deit_layers.py

extension HubClass {
  static let deiT = HubClass(arguments: [
    "image_shape", "patch_size", "num_layers", "num_heads", "hidden_dim", "intermediate_dim", "dropout_rate",
    "attention_dropout", "layer_norm_epsilon", "use_mha_bias",
  ]) { arguments, model throws(KerasError) in
    let patches = try PatchGrid(arguments)
    let sizes = try TransformerSizes(arguments, hidden: "intermediate_dim")
    let layers = try arguments.repeats("num_layers")[0]
    let image = model.input(try arguments.imageShape())
    var x = model.block("DeiTEmbeddings", "deit_patching_and_embedding", image) { block, image in
      let token = block.variable("class_token", 0, [1, 1, sizes.width])
      let distillation = block.variable("distillation_token", 1, [1, 1, sizes.width])
      let count = patches.rows * patches.columns + 2
      let positions = block.variable("position_embedding", 2, [1, count, sizes.width])
      let patches = block.patches("patch_embedding", image, patches, width: sizes.width)
      let sequence = block.sequence(patches.tensor, count: patches.count, tokens: [token, distillation])
      return block.sum(sequence, positions)
    }
    x = model.transformerEncoder(
      "DeiT", x, sizes, layers: layers, dense: ["mlp/dense", "output_layer/dense"], bias: true)
    return [("", x)]
  }
}
