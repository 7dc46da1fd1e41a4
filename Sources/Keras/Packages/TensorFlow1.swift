extension Package {
  /// The names of classes in TensorFlow 1.13 to 1.15, which had two versions of some.
  static let tensorFlow1 = Package(
    module: "tensorflow",
    aliases: [
      "BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization",
      "SyncBatchNormalizationV1": "SyncBatchNormalization",
    ])
}
