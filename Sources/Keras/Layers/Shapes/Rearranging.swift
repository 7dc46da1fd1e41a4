import Inference

extension LayerClass {
  static let rearranging: [String: LayerClass] = [
    "Permute": LayerClass { layer, builder throws(KerasError) in
      // Axes count from 1: the batch stays.
      let axes = try layer.configuration.integers("dims")
      return .tensor(try builder.add(.transpose([0] + axes), [layer.input()], layer))
    },
    "RepeatVector": LayerClass { layer, builder throws(KerasError) in
      let count = try layer.configuration.integer("n")
      let row = try builder.add(.slice([.whole, .newAxis]), [layer.input()], layer)
      return .tensor(try builder.add(.repeatElements(count: count, axis: 1), [row], layer))
    },
  ]
}
