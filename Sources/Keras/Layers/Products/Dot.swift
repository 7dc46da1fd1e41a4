import Inference

extension LayerClass {
  static let dot: [String: LayerClass] = [
    "Dot": LayerClass { layer, builder throws(KerasError) in
      var inputs = layer.inputs()
      guard inputs.count == 2 else { throw layer.error("it takes two inputs, it is given \(inputs.count)") }
      let ranks = inputs.map { builder.shape($0).count }
      let given = try layer.configuration.integers("axes")
      guard given.count == 1 || given.count == 2 else {
        throw layer.configuration.error("axes", "one or two whole numbers")
      }
      var axes: [Int] = []
      for (axis, rank) in zip(given.count == 2 ? given : given + given, ranks) {
        let resolved = axis < 0 ? axis &+ rank : axis
        guard (1..<max(rank, 1)).contains(resolved) else {
          throw layer.configuration.error("axes", "an axis of each input, other than the batch")
        }
        axes.append(resolved)
      }
      if try layer.configuration.bool("normalize", default: false) {
        // Keras 3 bounds the norm, versions before its square.
        let epsilon: Float = layer.version.major >= 3 ? 1e-14 : 1e-12
        for index in inputs.indices {
          let unit = Normalization(.unit, axes: [axes[index]], epsilon: epsilon, gamma: nil, beta: nil)
          inputs[index] = try builder.add(.normalization(unit), [inputs[index]], layer)
        }
      }
      // b: the batch, s: what is summed, the others stay.
      let letters = einsumLetters(ranks[0] + ranks[1], besides: "bs")
      var names = [Array(letters.prefix(ranks[0])), Array(letters.dropFirst(ranks[0]))]
      for index in names.indices {
        names[index][0] = "b"
        names[index][axes[index]] = "s"
      }
      let kept = (names[0] + names[1].dropFirst()).filter { $0 != "s" }
      let equation = "\(String(names[0])),\(String(names[1]))->\(String(kept))"
      let product = try builder.add(.einsum(equation), inputs, layer)
      // Of two vectors a vector of one value remains.
      return .tensor(
        kept.count > 1 ? product : try builder.add(.reshape([Operation.keep, 1]), [product], layer))
    }
  ]
}

/// As many different letters for an einsum equation, none of those given.
func einsumLetters(_ count: Int, besides used: String) -> [Character] {
  let all = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  return Array(all.filter { !used.contains($0) }.prefix(count))
}
