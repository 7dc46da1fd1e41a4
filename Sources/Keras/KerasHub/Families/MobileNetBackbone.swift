import JSON

// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/mobilenet/mobilenet_backbone.py

extension HubClass {
  /// As KerasHub has it since 0.20.
  static let mobileNet = HubClass(arguments: [
    "stackwise_expansion", "stackwise_num_blocks", "stackwise_num_filters", "stackwise_kernel_size",
    "stackwise_num_strides", "stackwise_se_ratio", "stackwise_activation", "stackwise_padding",
    "output_num_filters", "depthwise_filters", "depthwise_stride", "depthwise_residual", "last_layer_filter",
    "squeeze_and_excite", "image_shape", "input_activation", "output_activation", "input_num_filters",
  ]) { arguments, model throws(KerasError) in
    let stem = evenChannels(Double(try arguments.integer("input_num_filters")))
    var x = model.input(try arguments.imageShape())
    x = model.zeroPadding("input_pad", x, 1)
    x = model.convolution("input_conv", x, filters: stem, kernel: [3], strides: [2])
    x = model.normalization("input_batch_norm", x)
    x = model.activation(nil, x, arguments.function("input_activation"))

    let ratio = try arguments.configuration.optionalNumber("squeeze_and_excite")
    let first = try arguments.integer("depthwise_filters")
    let stride = try arguments.integer("depthwise_stride")
    let isResidual = try arguments.bool("depthwise_residual", default: false)
    x = model.block("DepthwiseConvBlock", "block_0_0", x) { block, input in
      var x = block.zeroPadding("pad", input, 1)
      x = block.convolution("conv1", x, filters: stem, kernel: [3], strides: [stride], groups: stem)
      x = block.activation(nil, block.normalization("batch_normalization1", x), "relu")
      if let ratio, ratio != 0 { x = block.squeezeAndExcite("se_layer", x, channels: stem, ratio: ratio) }
      x = block.convolution("conv2", x, filters: first, kernel: [1])
      x = block.normalization("batch_normalization2", x)
      return isResidual ? block.sum(x, input) : x
    }

    var channels = first
    let stages = try InvertedResidual.stages(arguments)
    for (stage, blocks) in stages.enumerated() {
      for (index, residual) in blocks.enumerated() {
        x = residual.draft(&model, "block_\(stage + 1)_\(index)", x, channels: channels)
        channels = residual.filters
      }
    }
    let last = evenChannels(Double(try arguments.integer("last_layer_filter")))
    x = model.block("ConvBnActBlock", "block_\(stages.count + 1)_0", x) { block, input in
      let x = block.convolution("conv", input, filters: last, kernel: [1])
      return block.activation(nil, block.normalization("batch_normalization", x), "hard_swish")
    }
    return [("", x)]
  }
}

extension HubHead {
  /// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/mobilenet/mobilenet_image_classifier.py
  static let mobileNet = HubHead(arguments: ["num_classes", "num_features"]) {
    arguments, _, features, model throws(KerasError) in
    var x = model.layer("GlobalAveragePooling2D", "pooler", ["keepdims": .bool(true)], features[0])
    x = model.convolution(
      "classifier_conv", x, filters: try arguments.integer("num_features"), kernel: [1], bias: true,
      activation: "hard_silu")
    x = model.layer("Flatten", nil, [:], x)
    return try model.predictions(x, arguments)
  }
}

private struct InvertedResidual {
  let filters: Int
  private let expansion: Int
  private let kernel: Int
  private let stride: Int
  private let padding: Int
  /// nil: channels are not weighted.
  private let ratio: Double?
  private let activation: JSONValue

  /// The blocks of each stage.
  static func stages(_ arguments: HubArguments) throws(KerasError) -> [[InvertedResidual]] {
    let keys = [
      "stackwise_expansion", "stackwise_num_filters", "stackwise_kernel_size", "stackwise_num_strides",
      "stackwise_se_ratio", "stackwise_activation", "stackwise_padding",
    ]
    let columns = try keys.map { key throws(KerasError) in try arguments.lists(key) }
    var stages: [[InvertedResidual]] = []
    for (stage, count) in try arguments.repeats("stackwise_num_blocks").enumerated() {
      var blocks: [InvertedResidual] = []
      for index in 0..<count {
        let values = columns.compactMap { column in
          column.indices.contains(stage) && column[stage].indices.contains(index)
            ? column[stage][index] : nil
        }
        guard values.count == keys.count, let block = InvertedResidual(values) else {
          throw arguments.error(
            "stackwise_num_blocks", "as many blocks as the other lists describe, with numbers that fit")
        }
        blocks.append(block)
      }
      stages.append(blocks)
    }
    return stages
  }

  private init?(_ values: [JSONValue]) {
    guard let expansion = values[0].real, let filters = values[1].real, let kernel = values[2].integer,
      let stride = values[3].integer, let padding = values[6].integer,
      values[4].isNull || values[4].real != nil
    else { return nil }
    self.expansion = evenChannels(expansion)
    self.filters = evenChannels(filters)
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    ratio = values[4].real
    activation = values[5]
  }

  func draft(
    _ model: inout FunctionalDraft, _ name: String, _ input: TensorReference, channels: Int
  ) -> TensorReference {
    model.block("InvertedResidualBlock", name, input) { block, input in
      var x = block.convolution("conv1", input, filters: expansion, kernel: [1])
      x = block.activation(nil, block.normalization("batch_normalization1", x), activation)
      x = block.zeroPadding("pad", x, padding)
      x = block.convolution(
        "conv2", x, filters: expansion, kernel: [kernel], strides: [stride], groups: expansion)
      x = block.activation(nil, block.normalization("batch_normalization2", x), activation)
      if let ratio, ratio != 0 {
        x = block.squeezeAndExcite("squeeze_excite", x, channels: expansion, ratio: ratio)
      }
      x = block.convolution("conv3", x, filters: filters, kernel: [1])
      x = block.normalization("batch_normalization3", x)
      return stride == 1 && channels == filters ? block.sum(input, x) : x
    }
  }
}

/// A number of channels, made a multiple of 8 that is not less by more than a tenth.
private func evenChannels(_ count: Double) -> Int {
  guard count.isFinite, abs(count) < 1e6 else { return 0 }
  let even = max(8, Int(count + 4) / 8 * 8)
  return Double(even) < 0.9 * count ? even + 8 : even
}

extension FunctionalDraft {
  fileprivate mutating func normalization(_ name: String, _ x: Tensor) -> Tensor {
    batchNormalization(name, x, epsilon: 1e-5)
  }

  /// Weights channels by what their means tell.
  fileprivate mutating func squeezeAndExcite(
    _ name: String, _ x: Tensor, channels: Int, ratio: Double
  ) -> Tensor {
    block("SqueezeAndExcite2D", name, x) { block, input in
      var x = block.mean(input, axes: [1, 2], keepsAxes: true)
      x = block.convolution(
        "conv_reduce", x, filters: evenChannels(Double(channels) * ratio), kernel: [1], bias: true,
        activation: "relu")
      x = block.convolution(
        "conv_expand", x, filters: channels, kernel: [1], bias: true, activation: "hard_sigmoid")
      return block.product(input, .tensor(x))
    }
  }
}
