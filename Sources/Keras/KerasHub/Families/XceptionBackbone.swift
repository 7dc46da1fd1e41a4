import JSON

// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/xception/xception_backbone.py

extension HubClass {
  static let xception = HubClass(arguments: [
    "stackwise_conv_filters", "stackwise_pooling", "image_shape",
  ]) { arguments, model throws(KerasError) in
    let blocks = try arguments.integerLists("stackwise_conv_filters")
    let pools = try arguments.list("stackwise_pooling").compactMap(\.bool)
    _ = try arguments.count([
      ("stackwise_conv_filters", blocks.count), ("stackwise_pooling", pools.count),
    ])
    let shape = try arguments.imageShape()
    var x = model.input(shape)
    var channels = shape[2] ?? 0
    for (block, filters) in blocks.enumerated() {
      let (isFirst, isLast) = (block == 0, block == blocks.count - 1)
      let (skipping, skippingChannels) = (x, channels)
      for (index, filters) in filters.enumerated() {
        let name = "block\(block + 1)_\(isFirst ? "conv" : "sepconv")\(index + 1)"
        if !isFirst, !isLast, block != 1 || index != 0 { x = model.activation("\(name)_act", x, "relu") }
        if isFirst {
          x = model.convolution(name, x, filters: filters, kernel: [3], strides: [index == 0 ? 2 : 1])
        } else {
          x = model.layer(
            "SeparableConv2D", name,
            [
              "filters": .integer(filters), "kernel_size": .integer(3), "padding": "same",
              "use_bias": .bool(false),
            ], x)
        }
        x = model.normalization(name, x)
        if isFirst || isLast { x = model.activation("\(name)_act", x, "relu") }
        channels = filters
      }
      if pools[block] {
        x = model.pooling("MaxPooling2D", "block\(block + 1)_pool", x, size: 3, strides: 2, padding: "same")
      }
      if isFirst || isLast { continue }
      let name = "block\(block + 1)_residual"
      var residual = skipping
      if channels != skippingChannels {
        residual = model.convolution(
          "\(name)_conv", residual, filters: channels, kernel: [1], strides: [2], padding: "same")
        residual = model.normalization(name, residual)
      }
      x = model.add("\(name)_add", [x, residual])
    }
    return [("", x)]
  }
}

extension FunctionalDraft {
  fileprivate mutating func normalization(_ name: String, _ x: Tensor) -> Tensor {
    batchNormalization("\(name)_bn", x, epsilon: 1e-3)
  }
}
