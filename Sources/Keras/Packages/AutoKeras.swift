import Inference

extension Package {
  /// AutoKeras. Its versions until 1.1 register classes without a package's name.
  static let autoKeras = Package(
    module: "autokeras",
    layers: Dictionary(
      uniqueKeysWithValues: ["Custom>", "autokeras>"].flatMap { package in
        [
          (package + "CastToFloat32", castToFloat32), (package + "ExpandLastDim", expandLastDim),
        ]
      }))

  private static let castToFloat32 = LayerClass { layer, builder throws(KerasError) in
    .tensor(try builder.cast(layer.input(), to: .float, layer.description.identity))
  }

  private static let expandLastDim = LayerClass { layer, builder throws(KerasError) in
    let input = try layer.input()
    let slices = builder.shape(input).map { _ in Slice.whole } + [.newAxis]
    return .tensor(try builder.add(.slice(slices), [input], layer))
  }
}
