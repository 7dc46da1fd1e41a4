import JSON

// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/vgg/vgg_backbone.py

extension HubClass {
  static let vgg = HubClass(arguments: [
    "stackwise_num_repeats", "stackwise_num_filters", "image_shape",
  ]) { arguments, model throws(KerasError) in
    let repeats = try arguments.repeats("stackwise_num_repeats")
    let filters = try arguments.integers("stackwise_num_filters")
    _ = try arguments.count([
      ("stackwise_num_repeats", repeats.count), ("stackwise_num_filters", filters.count),
    ])
    var x = model.input(try arguments.imageShape())
    for (stack, (repeats, filters)) in zip(repeats, filters).enumerated() {
      let name = "block\(stack + 1)"
      for index in 0..<repeats {
        x = model.convolution(
          "\(name)_conv\(index + 1)", x, filters: filters, kernel: [3], padding: "same", bias: true,
          activation: "relu")
      }
      x = model.pooling("MaxPooling2D", "\(name)_pool", x, size: 2, strides: 2)
    }
    return [("", x)]
  }
}

extension HubHead {
  /// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/vgg/vgg_image_classifier.py
  static let vgg = HubHead(
    arguments: ["num_classes", "pooling", "pooling_hidden_dim", "activation", "dropout"]
  ) { arguments, _, features, model throws(KerasError) in
    let width = try arguments.configuration.integer("pooling_hidden_dim", default: 4096)
    let flattens = try arguments.configuration.string("pooling", default: "avg") == "flatten"
    // The same arguments meant other layers before KerasHub 0.27, which needs Keras 3.13. Files do not tell its version.
    let version = arguments.configuration.version
    guard version.major > 3 || version.minor >= 13 || flattens else {
      throw arguments.configuration.identity.error(
        "it was saved with Keras \(version.text), so by a KerasHub before 0.27, whose VGGImageClassifier computes "
          + "something else from the same arguments",
        remedy: "save it again as keras.Model(model.inputs, model.head(model.backbone(model.inputs[0])))")
    }
    return try model.sequential("head", features[0]) { head, image throws(KerasError) in
      var x = image
      if flattens {
        x = head.layer("Flatten", "flatten", [:], x)
        x = head.dense("fc1", x, units: width, activation: "relu")
        x = head.dense("fc2", x, units: width, activation: "relu")
      } else {
        x = head.convolution("fc1", x, filters: width, kernel: [7], bias: true, activation: "relu")
        x = head.convolution("fc2", x, filters: width, kernel: [1], bias: true, activation: "relu")
        x = head.layer(try arguments.poolingClass(), "pooler", [:], x)
      }
      return try head.predictions(x, arguments)
    }
  }
}
