import Inference

extension LayerClass {
  static let convLSTM: [String: LayerClass] = {
    let layer = LayerClass(weights: { configuration throws(KerasError) in
      try cellWeights(configuration, prefix: "", place: "cell")
    }) { layer, builder throws(KerasError) in try builder.convLSTM(layer) }
    return ["ConvLSTM1D": layer, "ConvLSTM2D": layer]
  }()
}

/// What is the same at each step of an LSTM whose products are convolutions.
private struct ConvLSTM {
  let filters: Int
  /// Of the inputs: makes the gates of all steps, input, forget, candidate and output beside each other.
  let gates: Convolution
  /// Of the state.
  let recurrent: Convolution
  let activation: Unary
  let gateActivation: Unary

  /// - Parameters:
  ///   - rank: how many spatial axes there are; with one, images are one pixel high.
  ///   - channels: of the input.
  init(_ layer: LayerCall, rank: Int, channels: Int) throws(KerasError) {
    let configuration = layer.configuration
    let filters = try configuration.integer("filters")
    guard (1...1 << 20).contains(filters) else {
      throw configuration.error("filters", "a whole number from 1 to \(1 << 20)")
    }
    func spatial(_ key: String, default fallback: Int? = nil) throws(KerasError) -> Extent {
      let sizes = try configuration.spatial(key, rank: rank, default: fallback)
      return rank == 1 ? Extent(1, sizes[0]) : Extent(sizes[0], sizes[1])
    }
    let window = try configuration.spatial("kernel_size", rank: rank)
    func kernel(_ name: String, _ inputs: Int) throws(KerasError) -> Tensor {
      let kernel = try layer.weights.tensor(name, window + [inputs, 4 * filters])
      return kernel.reshaped(Array(repeating: 1, count: 2 - rank) + kernel.shape)
    }
    self.filters = filters
    gates = Convolution(
      kernel: try kernel("kernel", channels), bias: try layer.weights.optional("bias", [4 * filters]),
      strides: try spatial("strides", default: 1), dilation: try spatial("dilation_rate", default: 1),
      border: try configuration.border())
    recurrent = Convolution(
      kernel: try kernel("recurrent_kernel", filters), bias: nil, border: .same)
    activation = try configuration.elementwise("activation")
    gateActivation = try configuration.elementwise("recurrent_activation")
  }
}

extension GraphBuilder {
  /// Each step is operations of its own: there may not be too many.
  private static let convLSTMSteps = 128

  /// Adds a call of an LSTM over images or, in ConvLSTM1D, over sequences.
  mutating func convLSTM(_ layer: LayerCall) throws(KerasError) -> Value {
    let call = try RecurrentCall(layer)
    if try mask(of: call.sequence, layer) != nil || !call.initialStates.isEmpty {
      throw layer.error(
        "masks and initial states of it are not supported",
        remedy: "build the model without them and save it again")
    }
    let rank = layer.description.className == "ConvLSTM1D" ? 1 : 2
    let isChannelsFirst = try layer.configuration.isChannelsFirst()
    var sequence = call.sequence
    if isChannelsFirst, shape(sequence).count == rank + 3 {
      sequence = try add(.transpose([0, 1] + (3..<rank + 3) + [2]), [sequence], layer)
    }
    let shape = shape(sequence)
    let sizes = shape.dropFirst().compactMap { $0 }
    guard shape.count == rank + 3, sizes.count == rank + 2 else {
      throw layer.error(
        "it needs an input of \(rank + 3) axes whose sizes but the batch are fixed, the shape is \(shape.text)",
        remedy: "build the model with an Input of fixed size")
    }
    let steps = sizes[0]
    guard (1...Self.convLSTMSteps).contains(steps) else {
      throw layer.error("it has \(steps) steps, which is not supported: 1 to \(Self.convLSTMSteps) are")
    }
    let cell = try ConvLSTM(layer, rank: rank, channels: sizes[rank + 1])
    let height = Array(repeating: 1, count: 2 - rank)
    let images = try add(.reshape([-1] + height + sizes.dropFirst()), [sequence], layer)
    var gates = try add(.convolution(cell.gates), [images], layer)
    let result = self.shape(gates).dropFirst().compactMap { $0 }
    gates = try add(.reshape([-1, steps] + result), [gates], layer)
    var state: (h: Graph.ValueID, c: Graph.ValueID)?
    var outputs: [Graph.ValueID] = []
    for step in 0..<steps {
      let place = call.goesBackwards ? steps - 1 - step : step
      let input = try add(.slice([.whole, .index(place)]), [gates], layer)
      let next = try self.step(cell, input, state, layer)
      state = next
      outputs.append(next.h)
    }
    guard let state else { throw layer.error("it has no steps") }
    /// In the layer's order of axes and without the height that a sequence has not.
    func asSaved(_ value: Graph.ValueID) throws(KerasError) -> Graph.ValueID {
      var value = value
      if rank == 1 { value = try add(.slice([.whole, .index(0)]), [value], layer) }
      if isChannelsFirst { value = try add(.transpose([0, rank + 1] + (1...rank)), [value], layer) }
      return value
    }
    var output = try asSaved(state.h)
    if call.returnsSequences {
      var rows: [Graph.ValueID] = []
      for value in outputs { rows.append(try add(.slice([.whole, .newAxis]), [asSaved(value)], layer)) }
      output = try add(.concatenation(axis: 1), rows, layer)
    }
    return call.results(output: output, states: [try asSaved(state.h), try asSaved(state.c)])
  }

  /// The states after a step; nil before the first one, when they are zeros.
  private mutating func step(
    _ cell: ConvLSTM, _ input: Graph.ValueID, _ state: (h: Graph.ValueID, c: Graph.ValueID)?,
    _ layer: LayerCall
  ) throws(KerasError) -> (h: Graph.ValueID, c: Graph.ValueID) {
    var gates = input
    if let state {
      gates = try add(.binary(.add), [add(.convolution(cell.recurrent), [state.h], layer), input], layer)
    }
    func gate(_ index: Int, _ function: Unary) throws(KerasError) -> Graph.ValueID {
      let range = Slice.range(begin: index * cell.filters, end: (index + 1) * cell.filters, step: 1)
      let part = try add(.slice([.whole, .whole, .whole, range]), [gates], layer)
      return try add(.unary(function), [part], layer)
    }
    var carry = try add(
      .binary(.multiply), [gate(0, cell.gateActivation), gate(2, cell.activation)], layer)
    if let state {
      let kept = try add(.binary(.multiply), [gate(1, cell.gateActivation), state.c], layer)
      carry = try add(.binary(.add), [kept, carry], layer)
    }
    let passed = try add(.unary(cell.activation), [carry], layer)
    return (try add(.binary(.multiply), [gate(3, cell.gateActivation), passed], layer), carry)
  }
}
