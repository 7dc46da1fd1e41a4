/// A class of KerasHub that is a model: its file holds what it was constructed with, not its layers.
struct HubClass: Sendable {
  /// The outputs of a draft: each by its name in a dictionary, or nameless.
  typealias Outputs = [(name: String, tensor: TensorReference)]
  typealias Build = @Sendable (HubArguments, inout FunctionalDraft) throws(KerasError) -> Outputs

  /// The names of the constructor's arguments.
  let arguments: Set<String>
  /// Drafts the model that the constructor makes.
  let build: Build

  init(arguments: Set<String>, build: @escaping Build) {
    self.arguments = arguments
    self.build = build
  }

  static let backbones = [
    "ResNetBackbone": resNet, "VGGBackbone": vgg, "DenseNetBackbone": denseNet, "XceptionBackbone": xception,
    "MobileNetBackbone": mobileNet, "CSPNetBackbone": cspNet, "EfficientNetBackbone": efficientNet,
    "ViTBackbone": viT, "DeiTBackbone": deiT, "MiTBackbone": miT, "HGNetV2Backbone": hgNetV2,
    "SwinTransformerBackbone": swinTransformer,
  ]
}
