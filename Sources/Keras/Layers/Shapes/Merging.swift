import Inference

extension LayerClass {
  static let merging: [String: LayerClass] = [
    "Add": merging(.add),
    "Multiply": merging(.multiply),
    "Maximum": merging(.maximum),
    "Minimum": merging(.minimum),
    "Subtract": merging(.subtract, count: 2...2),
    "Average": LayerClass { layer, builder throws(KerasError) in
      let inputs = try mergedInputs(layer, &builder)
      let sum = try builder.reduce(.add, inputs, layer)
      return .tensor(
        try builder.add(.unary(.linear(scale: 1 / Float(inputs.count), offset: 0)), [sum], layer))
    },
    "Concatenate": LayerClass { layer, builder throws(KerasError) in
      let inputs = layer.inputs()
      let axis = try layer.configuration.integer("axis", default: -1)
      if inputs.isEmpty { throw layer.error("it is given no inputs") }
      return .tensor(try builder.add(.concatenation(axis: axis), inputs, layer))
    },
  ]

  private static func merging(_ operation: Binary, count: ClosedRange<Int> = 1...Int.max) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let inputs = try mergedInputs(layer, &builder)
      guard count.contains(inputs.count) else {
        throw layer.error("it takes \(count.lowerBound) inputs, it is given \(inputs.count)")
      }
      let masks = layer.inputs().map { builder.mask(of: $0) }
      if masks.contains(where: { $0 != nil }), layer.version.isAtLeast(3, 4) {
        switch operation {
        case .multiply: return .tensor(try builder.maskedProduct(inputs, masks, layer))
        case .maximum, .minimum: return .tensor(try builder.maskedExtremum(operation, inputs, masks, layer))
        default: break
        }
      }
      return .tensor(try builder.reduce(operation, inputs, layer))
    }
  }

  /// The inputs with as many axes each: those with fewer get axes of size 1 after the batch.
  private static func mergedInputs(_ layer: LayerCall, _ builder: inout GraphBuilder) throws(KerasError)
    -> [Graph.ValueID]
  {
    let inputs = layer.inputs()
    if inputs.isEmpty { throw layer.error("it is given no inputs") }
    let rank = inputs.map { builder.shape($0).count }.max() ?? 0
    var merged: [Graph.ValueID] = []
    for input in inputs {
      let missing = rank - builder.shape(input).count
      let slices: [Slice] = [.whole] + Array(repeating: .newAxis, count: missing)
      merged.append(missing == 0 ? input : try builder.add(.slice(slices), [input], layer))
    }
    return merged
  }
}

extension GraphBuilder {
  /// Combines values from the first to the last.
  fileprivate mutating func reduce(_ operation: Binary, _ inputs: [Graph.ValueID], _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    var result = inputs[0]
    for input in inputs.dropFirst() { result = try add(.binary(operation), [result, input], layer) }
    return result
  }

  /// Since Keras 3.4, values at masked steps count as 1 in a product, which is 0 where all are masked.
  fileprivate mutating func maskedProduct(
    _ inputs: [Graph.ValueID], _ masks: [Graph.ValueID?], _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let one = constant(Tensor(shape: [], [1]), layer)
    var kept: [Graph.ValueID] = []
    var factors: [Graph.ValueID] = []
    for (input, mask) in zip(inputs, masks) {
      guard let mask = try mask.map({ mask throws(KerasError) in try columns(mask, input, layer) }) else {
        factors.append(input)
        continue
      }
      kept.append(mask)
      factors.append(try add(.select, [mask, input, one], layer))
    }
    let product = try reduce(.multiply, factors, layer)
    if kept.count < inputs.count { return product }
    let zero = constant(Tensor(shape: [], [0]), layer)
    return try add(.select, [reduce(.logicalOr, kept, layer), product, zero], layer)
  }

  /// Since Keras 3.4, a masked step takes the values of the other input.
  fileprivate mutating func maskedExtremum(
    _ operation: Binary, _ inputs: [Graph.ValueID], _ masks: [Graph.ValueID?], _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    var result = inputs[0]
    var resultMask = try masks[0].map { mask throws(KerasError) in try columns(mask, result, layer) }
    for (input, mask) in zip(inputs, masks).dropFirst() {
      let mask = try mask.map { mask throws(KerasError) in try columns(mask, input, layer) }
      var value = input
      if let mask { value = try add(.select, [mask, value, result], layer) }
      if let resultMask { result = try add(.select, [resultMask, result, value], layer) }
      result = try add(.binary(operation), [result, value], layer)
      if let mask, let other = resultMask {
        resultMask = try add(.binary(.logicalOr), [other, mask], layer)
      } else {
        resultMask = nil
      }
    }
    return result
  }

  /// A mask of a value's steps, to broadcast against the value.
  private mutating func columns(_ mask: Graph.ValueID, _ value: Graph.ValueID, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    guard shape(mask).count == shape(value).count - 1 else {
      throw layer.error(
        "a mask of the shape \(shape(mask).text) does not fit an input of the shape \(shape(value).text)")
    }
    return try add(
      .slice(Array(repeating: .whole, count: shape(mask).count) + [.newAxis]), [mask], layer)
  }
}
