// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/densenet/densenet_backbone.py

extension HubClass {
  static let denseNet = HubClass(arguments: [
    "stackwise_num_repeats", "image_shape", "compression_ratio", "growth_rate",
  ]) { arguments, model throws(KerasError) in
    let growth = try arguments.integer("growth_rate")
    let compression = try arguments.number("compression_ratio")
    let repeats = try arguments.repeats("stackwise_num_repeats")
    let image = model.input(try arguments.imageShape())
    var x = model.convolution("conv1_conv", image, filters: 64, kernel: [7], strides: [2], padding: "same")
    x = model.normalizedReLU("conv1", x)
    x = model.pooling("MaxPooling2D", "pool1", x, size: 3, strides: 2, padding: "same")
    var channels = 64
    for (stack, repeats) in repeats.enumerated() {
      if stack > 0 {
        let name = "transition\(stack)"
        x = model.normalizedReLU(name, x)
        channels = try arguments.rounded(Double(channels) * compression, "compression_ratio")
        x = model.convolution("\(name)_conv", x, filters: channels, kernel: [1])
        x = model.pooling("AveragePooling2D", "\(name)_pool", x, size: 2, strides: 2)
      }
      for index in 0..<repeats {
        let name = "stack\(stack + 1)_block\(index + 1)"
        var new = model.normalizedReLU("\(name)_1", x)
        new = model.convolution("\(name)_1_conv", new, filters: 4 * growth, kernel: [1])
        new = model.normalizedReLU("\(name)_2", new)
        new = model.convolution("\(name)_2_conv", new, filters: growth, kernel: [3], padding: "same")
        x = model.concatenation("\(name)_concat", [x, new])
        channels += growth
      }
    }
    x = model.batchNormalization("bn", x, epsilon: epsilon)
    return [("", model.activation("relu", x, "relu"))]
  }

  fileprivate static let epsilon = 1.001e-5
}

extension FunctionalDraft {
  fileprivate mutating func normalizedReLU(_ name: String, _ x: Tensor) -> Tensor {
    activation("\(name)_relu", batchNormalization("\(name)_bn", x, epsilon: HubClass.epsilon), "relu")
  }
}
