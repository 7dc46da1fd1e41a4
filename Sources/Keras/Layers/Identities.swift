extension LayerClass {
  /// Layers that do something in training only, and inputs.
  static let identities: [String: LayerClass] = {
    let names = [
      "InputLayer", "Identity", "Linear", "ActivityRegularization",
      "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout",
      "GaussianDropout", "GaussianNoise",
      "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast",
      "RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur", "RandomGrayscale",
      "RandomHeight", "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization",
      "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation",
      "RandomWidth", "RandomZoom", "AugMix", "CutMix", "MixUp", "RandAugment", "Equalization",
      "Solarization",
    ]
    let identity = LayerClass { layer, _ throws(KerasError) in .tensor(try layer.input()) }
    return Dictionary(uniqueKeysWithValues: names.map { ($0, identity) })
  }()
}
