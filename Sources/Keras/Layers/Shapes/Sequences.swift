import Inference

// Layers over one spatial axis work on `[batch, steps, channels]`, which is an image of height 1 to the engine.

extension GraphBuilder {
  /// A sequence as an image of height 1.
  mutating func image(ofSequence value: Graph.ValueID, _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID
  {
    let shape = shape(value)
    guard shape.count == 3 else {
      throw layer.error("its input needs the axes (batch, steps, channels), its shape is \(shape.text)")
    }
    return try add(.reshape([Operation.keep, 1, -1, channels(value, layer)]), [value], layer)
  }

  /// An image of height 1 as a sequence.
  mutating func sequence(ofImage value: Graph.ValueID, _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID
  {
    try add(.reshape([Operation.keep, -1, channels(value, layer)]), [value], layer)
  }

  /// The layer's input as an image of height 1, whatever its `data_format`.
  mutating func sequenceInput(_ layer: LayerCall) throws(KerasError) -> Graph.ValueID {
    try image(ofSequence: channelsLast(layer.input(), layer), layer)
  }

  /// A result of height 1 as the layer's, in its `data_format`.
  /// - Parameter activates: whether the layer's `activation` is applied as well.
  mutating func sequenceResult(_ value: Graph.ValueID, _ layer: LayerCall, activates: Bool)
    throws(KerasError) -> Value
  {
    .tensor(try channelsAsSaved(sequence(ofImage: value, layer), layer, activates: activates))
  }
}

extension LayerWeights {
  /// A kernel over one axis as one of height 1 over two.
  func sequenceKernel(_ name: String, _ shape: [Int?]) throws(KerasError) -> Tensor {
    let kernel = try tensor(name, shape)
    return kernel.reshaped([1] + kernel.shape)
  }
}

extension LayerConfiguration {
  /// One number that may be written as a list of one.
  func step(_ key: String, default fallback: Int? = nil) throws(KerasError) -> Int {
    try spatial(key, rank: 1, default: fallback)[0]
  }
}
