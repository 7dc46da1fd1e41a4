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
}
