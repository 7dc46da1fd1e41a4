import Inference

extension LayerClass {
  static let embedding: [String: LayerClass] = [
    "Embedding": LayerClass(weights: { configuration throws(KerasError) in
      (try Quantization(configuration)?.variables ?? .plain).weights("embeddings")
    }) { layer, builder throws(KerasError) in
      let sizes = [
        try layer.configuration.integer("input_dim"), try layer.configuration.integer("output_dim"),
      ]
      let table =
        if let quantization = try Quantization(layer.configuration) {
          try layer.quantizedTable(sizes, quantization)
        } else {
          try layer.weights.tensor("embeddings", sizes)
        }
      let input = try layer.input()
      let result = try builder.add(.embedding(table: table), [input], layer)
      if try layer.configuration.bool("mask_zero", default: false) {
        let zero = builder.constant(Tensor(shape: [], [0]), layer)
        builder.setMask(try builder.add(.binary(.notEqual), [input, zero], layer), of: result)
      }
      return .tensor(result)
    },
    "Masking": LayerClass { layer, builder throws(KerasError) in
      // Steps whose values all are the mask value become zeros.
      let input = try layer.input()
      let value = try layer.configuration.number("mask_value", default: 0)
      let limit = builder.constant(Tensor(shape: [], [Float(value)]), layer)
      let differs = try builder.add(.binary(.notEqual), [input, limit], layer)
      let mask = try builder.add(.reduction(.any, axes: [-1], keepDimensions: false), [differs], layer)
      let whole = Array(repeating: Slice.whole, count: builder.shape(mask).count)
      let isKept = try builder.add(.slice(whole + [.newAxis]), [mask], layer)
      let zero = builder.constant(Tensor(shape: [], [0]), layer)
      let result = try builder.add(.select, [isKept, input, zero], layer)
      builder.setMask(mask, of: result)
      return .tensor(result)
    },
  ]
}
