import Inference

extension LayerClass {
  static let reshaping: [String: LayerClass] = [
    "Flatten": LayerClass { layer, builder throws(KerasError) in
      let input = try layer.input()
      if builder.shape(input).count == 1 {
        return .tensor(try builder.add(.slice([.whole, .newAxis]), [input], layer))
      }
      // The values come out in the order of channels-last images, whatever `data_format` the input has.
      let image = try builder.channelsLast(input, layer)
      return .tensor(try builder.add(.reshape([Operation.keep, -1]), [image], layer))
    },
    "Reshape": LayerClass { layer, builder throws(KerasError) in
      guard let target = try layer.configuration.shape("target_shape") else {
        throw layer.configuration.error("target_shape", "a list of sizes")
      }
      let sizes = target.map { $0 ?? -1 }
      // Sizes below -1 mean other things to the engine.
      if sizes.contains(where: { $0 < -1 }) {
        throw layer.configuration.error("target_shape", "a list of sizes, of which one may be -1")
      }
      return .tensor(try builder.add(.reshape([Operation.keep] + sizes), [layer.input()], layer))
    },
    "ZeroPadding2D": LayerClass { layer, builder throws(KerasError) in
      let (vertical, horizontal) = try layer.configuration.borders("padding", default: 1)
      let input = try builder.channelsLast(layer.input(), layer)
      let result = try builder.add(
        .padding(
          before: [0, vertical.before, horizontal.before, 0],
          after: [0, vertical.after, horizontal.after, 0], mode: .constant(0)),
        [input], layer)
      return .tensor(try builder.channelsAsSaved(result, layer))
    },
  ]
}

extension LayerConfiguration {
  /// Borders of height and width: one number for all, one an axis, or a pair an axis.
  func borders(_ key: String, default fallback: Int) throws(KerasError)
    -> (vertical: (before: Int, after: Int), horizontal: (before: Int, after: Int))
  {
    let value = self[key]?.unwrapped ?? .integer(fallback)
    if let all = value.integer { return ((all, all), (all, all)) }
    var pairs: [(before: Int, after: Int)] = []
    for element in value.array ?? [] {
      if let both = element.integer {
        pairs.append((both, both))
      } else if let pair = element.unwrapped.array?.allIntegers, pair.count == 2 {
        pairs.append((pair[0], pair[1]))
      }
    }
    guard pairs.count == 2, value.array?.count == 2 else {
      throw error(key, "a whole number, two, or two pairs")
    }
    return (pairs[0], pairs[1])
  }
}
