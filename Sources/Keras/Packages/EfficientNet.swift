extension Package {
  /// `efficientnet`, by which Kaggle's models of that name were made. Its activation is saved as `swish`, which Keras
  /// has too.
  static let efficientNet = Package(
    module: "efficientnet",
    // The same but for the shape of its noise, which training only has.
    aliases: ["FixedDropout": "Dropout"])
}
