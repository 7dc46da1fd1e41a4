import JSON

/// What an image classifier of KerasHub adds to its backbone.
struct HubHead: Sendable {
  typealias Build =
    @Sendable (HubArguments, HubArguments, [TensorReference], inout FunctionalDraft) throws(KerasError) ->
    TensorReference

  /// The names of the constructor's arguments, besides the backbone and the preprocessor.
  let arguments: Set<String>
  /// Drafts the layers.
  /// - Parameters: its arguments, those of the backbone, and what the backbone gives.
  let build: Build

  static let classifiers: [String: HubHead] = [
    "ResNetImageClassifier": pooled, "DenseNetImageClassifier": pooled, "XceptionImageClassifier": pooled,
    "CSPNetImageClassifier": pooled, "EfficientNetImageClassifier": pooled, "MiTImageClassifier": pooled,
    "VGGImageClassifier": vgg, "MobileNetImageClassifier": mobileNet, "ViTImageClassifier": viT,
    "DeiTImageClassifier": deiT, "HGNetV2ImageClassifier": hgNetV2,
    "SwinTransformerImageClassifier": swinTransformer,
  ]

  /// That of `ImageClassifier` itself.
  /// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/image_classifier.py
  private static let pooled = HubHead(
    arguments: ["num_classes", "pooling", "activation", "dropout"]
  ) { arguments, _, features, model throws(KerasError) in
    var x = model.layer(try arguments.poolingClass(), "pooler", [:], features[0])
    x = model.layer("Dropout", "output_dropout", [:], x)
    return try model.predictions(x, arguments)
  }
}

extension HubArguments {
  /// The layer that pools a map, by `pooling`.
  func poolingClass() throws(KerasError) -> String {
    switch try configuration.string("pooling", default: "avg") {
    case "avg": return "GlobalAveragePooling2D"
    case "max": return "GlobalMaxPooling2D"
    default: throw error("pooling", "avg or max")
    }
  }
}

extension FunctionalDraft {
  /// The scores.
  mutating func predictions(_ x: Tensor, _ arguments: HubArguments) throws(KerasError) -> Tensor {
    dense(
      "predictions", x, units: try arguments.integer("num_classes"),
      activation: arguments.function("activation"))
  }
}
