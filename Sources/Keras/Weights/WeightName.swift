/// One weight of a layer, in the order in which Keras keeps them.
struct WeightName: Sendable, ExpressibleByStringLiteral {
  /// What builders and messages call it: `kernel`.
  let name: String
  /// Whether training changes it by gradients; the moving statistics of a batch normalisation are not.
  let isTrainable: Bool
  /// Whether the file has whole numbers of it, to which a scale belongs.
  let isQuantized: Bool
  /// Where a `.keras` archive keeps it below the layer's group; nil: `vars/N`, counted among such weights.
  /// A leading underscore may be missing.
  let archivePath: String?
  /// How a `.h5` file's name of the weight must end, but for its number; nil: it may have any, as Keras goes by the order.
  let savedName: String?

  init(
    _ name: String, isTrainable: Bool = true, isQuantized: Bool = false, archivePath: String? = nil,
    savedName: String? = nil
  ) {
    self.name = name
    self.isTrainable = isTrainable
    self.isQuantized = isQuantized
    self.archivePath = archivePath
    self.savedName = savedName
  }

  init(stringLiteral name: String) { self.init(name) }

  /// A weight that training does not change by gradients.
  static func state(_ name: String) -> WeightName { WeightName(name, isTrainable: false) }

  /// The whole numbers of a quantized layer, which training does not change.
  static func integers(_ name: String) -> WeightName {
    WeightName(name, isTrainable: false, isQuantized: true)
  }
}
