import Imaging
import Inference

/// A model of `keras.applications` that leaves it to its user to preprocess images, known by a layer that no other has.
/// Others (EfficientNet, ConvNeXt, RegNet, ResNetRS and MobileNetV3) have their arithmetic in the model.
/// https://keras.io/api/applications
struct Backbone: Sendable, Equatable {
  let name: String
  let layer: String
  /// What its `preprocess_input` does.
  let preprocess: Preprocess

  static let all = [
    Backbone(name: "VGG", layer: "block5_conv3", preprocess: .caffe),
    Backbone(name: "ResNet", layer: "conv2_block1_add", preprocess: .caffe),
    // As Keras named its layers before 2.2.
    Backbone(name: "ResNet50", layer: "res2a_branch2a", preprocess: .caffe),
    Backbone(name: "ResNetV2", layer: "conv2_block1_preact_bn", preprocess: .tf),
    Backbone(name: "MobileNet", layer: "conv_pw_1", preprocess: .tf),
    Backbone(name: "MobileNetV2", layer: "block_1_expand", preprocess: .tf),
    Backbone(name: "InceptionV3", layer: "mixed10", preprocess: .tf),
    Backbone(name: "InceptionResNetV2", layer: "mixed_5b", preprocess: .tf),
    Backbone(name: "Xception", layer: "block2_sepconv1", preprocess: .tf),
    Backbone(name: "NASNet", layer: "stem_bn1", preprocess: .tf),
    Backbone(name: "DenseNet", layer: "conv2_block1_concat", preprocess: .torch),
  ]

  /// - Returns: nil where a graph has none of them.
  static func within(_ graph: Graph) -> Backbone? {
    // A nested model's layers come after its name.
    with(layers: Set(graph.nodes.compactMap { $0.name.split(separator: "/").last }))
  }

  static func with(layers: Set<Substring>) -> Backbone? { all.first { layers.contains($0.layer[...]) } }
}
