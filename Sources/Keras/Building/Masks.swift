import Inference

// A mask says which steps of a sequence count: 1 for those that do. `Masking` and `Embedding` make masks, some layers
// read them, and some pass them on with their outputs; all others let them end. A mask is a value of the graph, of the
// sequence's leading axes, that is kept beside the value that it masks, as Keras keeps it at the tensor.

extension GraphBuilder {
  /// Layers whose outputs have the masks of their inputs, and that do not look at them.
  private static let passing: Set = [
    "Activation", "ActivityRegularization", "AlphaDropout", "BatchNormalization", "Dense", "Dropout", "ELU",
    "GaussianDropout", "GaussianNoise", "GroupNormalization", "GroupQueryAttention", "GroupedQueryAttention",
    "Identity", "LayerNormalization", "LeakyReLU", "MultiHeadAttention", "Normalization", "PReLU", "ReLU",
    "Rescaling", "Softmax", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "ThresholdedReLU",
    "UnitNormalization",
  ]
  /// Those of them that did not pass masks on before Keras 3.
  private static let passingSince3: Set = ["Identity", "Normalization", "Rescaling"]
  /// Layers that combine the masks of several inputs of the same shape.
  private static let merging: Set = [
    "Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract",
  ]
  /// Layers that give their outputs masks themselves, and wrappers, whose inner layers do.
  private static let making: Set = [
    "AdditiveAttention", "Attention", "Bidirectional", "Embedding", "Masking", "SpectralNormalization",
    "TimeDistributed",
  ]

  /// The mask of a layer's input, or that which the layer is called with; nil: every step counts.
  func mask(of value: Graph.ValueID, _ layer: LayerCall) throws(KerasError) -> Graph.ValueID? {
    switch layer.arguments.keywords.last(where: { $0.key == "mask" })?.value {
    case nil, .constant(.null): return mask(of: value)
    case .tensor(let mask): return try checked(mask, layer)
    default: throw layer.error("its argument \"mask\" is not a tensor")
    }
  }

  /// The masks of several inputs, in the same way.
  func masks(of values: [Graph.ValueID], _ layer: LayerCall) throws(KerasError) -> [Graph.ValueID?] {
    let own = values.map { mask(of: $0) }
    guard let given = layer.arguments.keywords.last(where: { $0.key == "mask" })?.value else { return own }
    switch given {
    case .constant(.null): return own
    case .constant(.array(let elements)) where elements.allSatisfy(\.isNull): return values.map { _ in nil }
    case .list(let elements) where elements.count <= values.count:
      var masks: [Graph.ValueID?] = []
      for element in elements {
        switch element {
        case .tensor(let mask): masks.append(try checked(mask, layer))
        case .constant(.null): masks.append(nil)
        default: throw layer.error("its argument \"mask\" is not a list of tensors")
        }
      }
      return masks + values.dropFirst(elements.count).map { _ in nil }
    default: throw layer.error("its argument \"mask\" is not a list of tensors")
    }
  }

  /// A mask that a layer is called with.
  private func checked(_ mask: Graph.ValueID, _ layer: LayerCall) throws(KerasError) -> Graph.ValueID {
    guard type(mask) == .bool else {
      throw layer.error(
        "its mask is of \(type(mask).name)", remedy: "convert it first: keras.ops.cast(mask, \"bool\")")
    }
    return mask
  }

  /// Gives the result of a layer the mask that Keras gives it, unless the layer has done so itself.
  /// - Returns: the result; a copy where it is the input itself, whose mask ends with the layer.
  mutating func masked(_ result: Value, _ layer: LayerCall) throws(KerasError) -> Value {
    let name = layer.description.className
    let isOperation = layer.description.isOperation
    if !isOperation, Self.making.contains(name) || LayerClass.recurrent[name] != nil { return result }
    let inputs = layer.inputs()
    guard let output = result.tensors.first, let input = inputs.first else { return result }
    var passed: Graph.ValueID?
    if !isOperation {
      if Self.passing.contains(name), layer.version.major >= 3 || !Self.passingSince3.contains(name) {
        passed = inputs.count == 1 ? try mask(of: input, layer) : mask(of: input)
      } else if Self.merging.contains(name) {
        passed = try mergedMask(inputs, layer)
      } else if name == "Concatenate" {
        passed = try concatenatedMask(inputs, layer)
      }
    }
    if inputs.contains(output), passed != mask(of: output), case .tensor = result {
      let copy = try add(.unary(.linear(scale: 1, offset: 0)), [output], layer)
      setMask(passed, of: copy)
      return .tensor(copy)
    }
    setMask(passed, of: output)
    return result
  }

  /// Before Keras 3.4, a step of a merged result counts if it does in all inputs that have a mask. From then on it
  /// does if it counts in one of them, and there is no mask if an input has none.
  private mutating func mergedMask(_ inputs: [Graph.ValueID], _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID?
  {
    let masks = inputs.compactMap { mask(of: $0) }
    guard let first = masks.first else { return nil }
    let isNew = layer.version.isAtLeast(3, 4)
    if isNew, masks.count < inputs.count { return nil }
    var result = first
    for mask in masks.dropFirst() where mask != result {
      result = try add(.binary(isNew ? .logicalOr : .logicalAnd), [result, mask], layer)
    }
    return result
  }

  /// The mask of values beside each other, along the channels or along the steps.
  private mutating func concatenatedMask(_ inputs: [Graph.ValueID], _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID?
  {
    let masks = inputs.map { mask(of: $0) }
    if masks.allSatisfy({ $0 == nil }) { return nil }
    let rank = shape(inputs[0]).count
    let axis = try layer.configuration.integer("axis", default: -1)
    // An input without a mask counts as a whole.
    if axis == -1 || axis == rank - 1 {
      // Before Keras 3.4, all channels must count; from then on, one.
      if !layer.version.isAtLeast(3, 4) { return try mergedMask(inputs, layer) }
      return masks.contains { $0 == nil } ? nil : try mergedMask(inputs, layer)
    }
    guard axis == 1 || axis == 1 - rank, masks.allSatisfy({ $0.map { shape($0).count == rank - 1 } ?? true })
    else {
      throw layer.error(
        "it joins masked values along axis \(axis), which is not supported",
        remedy: "build the model without masks and save it again")
    }
    var parts: [Graph.ValueID] = []
    for (input, mask) in zip(inputs, masks) {
      if let mask {
        parts.append(mask)
      } else {
        let steps = try add(.slice(Array(repeating: .whole, count: rank - 1) + [.index(0)]), [input], layer)
        parts.append(try add(.binary(.logicalOr), [steps, constant(Tensor(shape: [], [1]), layer)], layer))
      }
    }
    return try add(.concatenation(axis: 1), parts, layer)
  }
}
