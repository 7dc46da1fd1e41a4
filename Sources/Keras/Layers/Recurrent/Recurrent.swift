import Inference

extension LayerClass {
  static let recurrent: [String: LayerClass] = {
    let layer = LayerClass(weights: { configuration throws(KerasError) in
      var names: [WeightName] = []
      for cell in try RecurrentCell.cells(of: configuration) { names += try cell.weights() }
      return names
    }) { layer, builder throws(KerasError) in try builder.recurrent(layer) }
    let names = ["SimpleRNN", "LSTM", "GRU", "RNN", "CuDNNLSTM", "CuDNNGRU"]
    var table = Dictionary(uniqueKeysWithValues: names.map { ($0, layer) })
    table["Bidirectional"] = LayerClass { layer, builder throws(KerasError) in
      try builder.bidirectional(layer)
    }
    return table
  }()
}

/// What a recurrent layer is called with, and what it is to give.
struct RecurrentCall {
  /// `[batch, steps, ...]`
  let sequence: Graph.ValueID
  let initialStates: [Graph.ValueID]
  let returnsSequences: Bool
  let returnsStates: Bool
  let goesBackwards: Bool

  init(_ layer: LayerCall) throws(KerasError) {
    let configuration = layer.configuration
    if try configuration.bool("stateful", default: false) {
      throw layer.error(
        "it keeps its state from one prediction to the next, so that a result depends on what came before",
        remedy: "build the model with stateful=False, give it the same weights and save it again")
    }
    if try configuration.bool("time_major", default: false) {
      throw layer.error(
        "its sequences have the steps before the batch",
        remedy: "build the model with time_major=False and save it again")
    }
    if layer.arguments.positional.count > 2 {
      throw layer.error(
        "it is called with more than a sequence and its initial states",
        remedy: "give it a mask as mask=...")
    }
    // Before Keras 3, states stood beside the sequence.
    var inputs = layer.inputs()
    guard !inputs.isEmpty else { throw layer.error("it is given no sequence") }
    sequence = inputs.removeFirst()
    initialStates = inputs + (layer.arguments.argument(1, "initial_state")?.tensors ?? [])
    returnsSequences = try configuration.bool("return_sequences", default: false)
    returnsStates = try configuration.bool("return_state", default: false)
    goesBackwards = try configuration.bool("go_backwards", default: false)
  }

  /// The layer's results.
  func results(output: Graph.ValueID, states: [Graph.ValueID]) -> Value {
    returnsStates ? .list([.tensor(output)] + states.map { .tensor($0) }) : .tensor(output)
  }
}

extension GraphBuilder {
  /// Adds a call of a recurrent layer.
  /// - Parameter zeroesMaskedSteps: what `Recurrence` has; nil: as the layer's configuration says.
  mutating func recurrent(_ layer: LayerCall, zeroesMaskedSteps: Bool? = nil) throws(KerasError) -> Value {
    let call = try RecurrentCall(layer)
    let cells = try RecurrentCell.cells(of: layer.configuration)
    if cells.count > 1, call.returnsStates || !call.initialStates.isEmpty {
      throw layer.error(
        "states of stacked cells are not supported", remedy: "build the model with a layer for each cell")
    }
    let mask = try mask(ofSteps: call, layer, cells: cells.count)
    let isSaved = try layer.configuration.bool("zero_output_for_mask", default: false)
    let zeroes = zeroesMaskedSteps ?? isSaved
    if mask != nil, zeroes, try layer.configuration.bool("unroll", default: false) {
      throw layer.error(
        "Keras' backends differ in what an unrolled layer gives for a masked step",
        remedy: "build the model with unroll=False and save it again")
    }
    var value = call.sequence
    var states: [Graph.ValueID] = []
    for (index, cell) in cells.enumerated() {
      var (gates, recurrence) = try cell.parts(inputs: shape(value).last ?? nil, layer)
      let isLast = index == cells.count - 1
      recurrence.goesBackwards = call.goesBackwards && index == 0
      recurrence.isMasked = mask != nil
      recurrence.zeroesMaskedSteps = mask != nil && zeroes
      recurrence.hasInitialStates = !call.initialStates.isEmpty
      let needsSequence = !isLast || call.returnsSequences || recurrence.zeroesMaskedSteps
      if !needsSequence {
        recurrence.result = .states
      } else if call.returnsStates {
        recurrence.result = .statesAndSequence
      }
      let product = try add(.dense(gates), [value], layer)
      let rows = try add(
        .recurrence(recurrence), [product] + (mask.map { [$0] } ?? []) + call.initialStates, layer)
      if recurrence.result != .sequence {
        for row in 0..<cell.kind.states {
          states.append(try add(.slice([.whole, .index(row)]), [rows], layer))
        }
      }
      value = rows
      if recurrence.result == .statesAndSequence {
        value = try add(
          .slice([.whole, .range(begin: cell.kind.states, end: nil, step: 1)]), [rows], layer)
      }
      if isLast, !call.returnsSequences {
        value = needsSequence ? try add(.slice([.whole, .index(-1)]), [value], layer) : states[0]
      }
    }
    if call.returnsSequences { setMask(mask, of: value) }
    return call.results(output: value, states: states)
  }

  /// The mask of the steps that a recurrent layer leaves out.
  private mutating func mask(ofSteps call: RecurrentCall, _ layer: LayerCall, cells: Int) throws(KerasError)
    -> Graph.ValueID?
  {
    guard let mask = try mask(of: call.sequence, layer) else { return nil }
    guard shape(mask).count == 2 else {
      throw layer.error("a mask of the steps needs the axes (batch, steps), its shape is \(shape(mask).text)")
    }
    if cells > 1 || !call.initialStates.isEmpty {
      throw layer.error(
        "Keras' backends differ in what a layer with \(cells > 1 ? "stacked cells" : "initial states") gives for "
          + "a masked step",
        remedy: "build the model without masks and save it again")
    }
    return mask
  }
}
