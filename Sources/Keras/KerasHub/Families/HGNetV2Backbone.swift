import JSON

// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/hgnetv2/hgnetv2_layers.py

extension HubClass {
  static let hgNetV2 = HubClass(arguments: [
    "depths", "embedding_size", "hidden_sizes", "stem_channels", "hidden_act", "use_learnable_affine_block",
    "stackwise_stage_filters", "apply_downsample", "use_lightweight_conv_block", "image_shape",
    "out_features",
  ]) { arguments, model throws(KerasError) in
    let stem = try arguments.integers("stem_channels")
    guard stem.count == 3 else { throw arguments.error("stem_channels", "three whole numbers") }
    let activation = arguments.function("hidden_act")
    let isScaled = try arguments.bool("use_learnable_affine_block", default: false)
    let stages = try HGNetV2Stage.all(arguments)
    let image = model.input(try arguments.imageShape())
    let x = model.block("HGNetV2Embeddings", "embedder", image) { block, image in
      func convolved(
        _ name: String, _ x: TensorReference, _ filters: Int, kernel: Int, stride: Int = 1
      ) -> TensorReference {
        let layer = HGNetV2Convolution(
          filters: filters, kernel: kernel, stride: stride, activation: activation, isScaled: isScaled)
        return layer.draft(&block, name, x)
      }
      let start = block.padBehind(convolved("stem1_layer", image, stem[1], kernel: 3, stride: 2))
      var x = convolved("stem2a_layer", start, stem[1] / 2, kernel: 2)
      x = convolved("stem2b_layer", block.padBehind(x), stem[1], kernel: 2)
      let pooled = block.pooling("MaxPooling2D", nil, start, size: 2, strides: 1)
      x = convolved("stem3_layer", block.concatenation(nil, [pooled, x]), stem[1], kernel: 3, stride: 2)
      return convolved("stem4_layer", x, stem[2], kernel: 1)
    }
    let states = model.blocks("HGNetV2Encoder", "encoder", x) { block, x in
      var states = [x]
      for (index, stage) in stages.enumerated() {
        let place = FunctionalDraft.element(of: "stages_list", "HGNetV2Stage", index)
        states.append(stage.draft(&block, place, "encoder_stage_\(index)", states[index], isScaled: isScaled))
      }
      return states
    }
    let all = HubClass.stageNames(stages.count)
    var wanted = Set(all)
    if arguments.has("out_features") { wanted = Set(try arguments.list("out_features").compactMap(\.string)) }
    // Keras orders a dictionary's values by its keys.
    return zip(all, states).filter { wanted.contains($0.0) }.sorted { $0.0 < $1.0 }
      .map { (name: $0.0, tensor: $0.1) }
  }

  fileprivate static func stageNames(_ count: Int) -> [String] {
    ["stem"] + (0..<count).map { "stage\($0 + 1)" }
  }
}

extension HubHead {
  /// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/hgnetv2/hgnetv2_image_classifier.py
  static let hgNetV2 = HubHead(
    arguments: ["num_classes", "head_filters", "pooling", "activation", "dropout"]
  ) { arguments, backbone, features, model throws(KerasError) in
    let stages = try backbone.list("stackwise_stage_filters").count
    let names = HubClass.stageNames(stages)
    var given = names
    if backbone.has("out_features") { given = try backbone.list("out_features").compactMap(\.string) }
    guard let last = given.filter(names.contains).sorted().firstIndex(of: "stage\(stages)") else {
      throw backbone.error("out_features", "a list with the last stage")
    }
    guard let width = try backbone.integers("hidden_sizes").last else {
      throw backbone.error("hidden_sizes", "a list of at least one number")
    }
    let layer = HGNetV2Convolution(
      filters: try arguments.configuration.integer("head_filters", default: width), kernel: 1, stride: 1,
      activation: "relu", isScaled: try backbone.bool("use_learnable_affine_block", default: false))
    var x = layer.draft(&model, "head_last", features[last])
    x = model.layer(try arguments.poolingClass(), nil, [:], x)
    x = model.layer("Flatten", nil, [:], x)
    x = model.layer("Dropout", nil, [:], x)
    return try arguments.integer("num_classes") > 0 ? model.predictions(x, arguments) : x
  }
}

private struct HGNetV2Convolution {
  let filters, kernel: Int
  var stride = 1
  var groups = 1
  let activation: JSONValue
  /// Whether one scale and one offset follow for the whole map.
  let isScaled: Bool

  func draft(_ model: inout FunctionalDraft, _ name: String, _ input: TensorReference) -> TensorReference {
    model.block("HGNetV2ConvLayer", name, input) { block, input in
      var x = block.zeroPadding("padding", input, (kernel - 1) / 2)
      x = block.convolution(
        "convolution", x, filters: filters, kernel: [kernel], strides: [stride], groups: groups)
      x = block.batchNormalization("normalization", x, epsilon: 1e-5)
      x = block.activation(nil, x, activation)
      guard isScaled else { return x }
      let scale = block.variable("lab_scale", 0, [], of: "lab")
      let offset = block.variable("lab_bias", 1, [], of: "lab")
      return block.sum(block.product(x, .tensor(scale)), offset)
    }
  }
}

private struct HGNetV2Stage {
  let inputs, middle, outputs, blocks, layers, kernel: Int
  let isDownsampled, isLight: Bool

  static func all(_ arguments: HubArguments) throws(KerasError) -> [HGNetV2Stage] {
    let rows = try arguments.integerLists("stackwise_stage_filters")
    let downsampled = try arguments.list("apply_downsample").compactMap(\.bool)
    let light = try arguments.list("use_lightweight_conv_block").compactMap(\.bool)
    _ = try arguments.count([
      ("stackwise_stage_filters", rows.count), ("apply_downsample", downsampled.count),
      ("use_lightweight_conv_block", light.count),
    ])
    // Layers of a block, each of which may be two.
    _ = try arguments.limited(
      repeats: rows.map { $0.count == 6 ? $0[3] * ($0[4] + 2) : 0 }, "stackwise_stage_filters")
    return try rows.enumerated().map { index, row throws(KerasError) in
      guard row.count == 6, row.allSatisfy({ $0 >= 0 }) else {
        throw arguments.error("stackwise_stage_filters", "six whole numbers a stage")
      }
      return HGNetV2Stage(
        inputs: row[0], middle: row[1], outputs: row[2], blocks: row[3], layers: row[4], kernel: row[5],
        isDownsampled: downsampled[index], isLight: light[index])
    }
  }

  func draft(
    _ model: inout FunctionalDraft, _ place: String, _ name: String, _ input: TensorReference, isScaled: Bool
  ) -> TensorReference {
    model.block("HGNetV2Stage", place, savedName: name, input) { block, input in
      var x = input
      if isDownsampled {
        let layer = HGNetV2Convolution(
          filters: inputs, kernel: 3, stride: 2, groups: inputs, activation: .null, isScaled: false)
        x = layer.draft(&block, "downsample_layer", x)
      }
      for index in 0..<blocks {
        let place = FunctionalDraft.element(of: "blocks_list", "HGNetV2BasicLayer", index)
        x = block.block("HGNetV2BasicLayer", place, savedName: "\(name)_block_\(index)", x) { block, x in
          basic(&block, x, isScaled: isScaled, isResidual: index > 0)
        }
      }
      return x
    }
  }

  private func basic(
    _ block: inout FunctionalDraft, _ input: TensorReference, isScaled: Bool, isResidual: Bool
  ) -> TensorReference {
    var maps = [input]
    for index in 0..<layers {
      let full = HGNetV2Convolution(
        filters: middle, kernel: kernel, groups: isLight ? middle : 1, activation: "relu", isScaled: isScaled)
      if isLight {
        let place = FunctionalDraft.element(of: "layer_list", "HGNetV2ConvLayerLight", index)
        maps.append(
          block.block("HGNetV2ConvLayerLight", place, maps[index]) { block, x in
            let first = HGNetV2Convolution(filters: middle, kernel: 1, activation: .null, isScaled: false)
            return full.draft(&block, "conv2_layer", first.draft(&block, "conv1_layer", x))
          })
      } else {
        let place = FunctionalDraft.element(of: "layer_list", "HGNetV2ConvLayer", index)
        maps.append(full.draft(&block, place, maps[index]))
      }
    }
    var x = block.concatenation(nil, maps)
    for (name, filters) in [
      ("aggregation_squeeze_conv", outputs / 2), ("aggregation_excitation_conv", outputs),
    ] {
      let layer = HGNetV2Convolution(filters: filters, kernel: 1, activation: "relu", isScaled: isScaled)
      x = layer.draft(&block, name, x)
    }
    return isResidual ? block.add(nil, [x, input]) : x
  }
}

extension FunctionalDraft {
  /// Zeros below and to the right.
  fileprivate mutating func padBehind(_ x: Tensor) -> Tensor {
    layer("ZeroPadding2D", nil, ["padding": .array([.integers([0, 1]), .integers([0, 1])])], x)
  }
}
