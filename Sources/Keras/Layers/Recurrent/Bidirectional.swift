import Inference

extension GraphBuilder {
  /// Adds a call of two recurrent layers, of which one takes the steps from the last to the first.
  mutating func bidirectional(_ layer: LayerCall) throws(KerasError) -> Value {
    let inner = layer.description.children
    guard inner.count == 2 else { throw layer.error("its configuration has no layer") }
    let inputs = layer.inputs()
    let initialStates = inputs.dropFirst() + (layer.arguments.argument(1, "initial_state")?.tensors ?? [])
    let half = initialStates.count / 2
    var results: [[Graph.ValueID]] = []
    for (index, description) in inner.enumerated() {
      let name = description.className
      let isConvolutional = LayerClass.convLSTM[name] != nil
      guard isConvolutional || LayerClass.recurrent[name] != nil && name != "Bidirectional" else {
        throw description.identity.error(
          "it is not known how to take its steps in both directions",
          remedy: "build the model with LSTM, GRU, SimpleRNN or RNN within Bidirectional and save it again")
      }
      let states = initialStates.dropFirst(index * half).prefix(half)
      var arguments = layer.arguments
      arguments.positional = [.list((inputs.prefix(1) + states).map { .tensor($0) })]
      arguments.keywords.removeAll { $0.key == "initial_state" }
      let call = LayerCall(
        description: description, weights: weights.weights(of: description), arguments: arguments)
      // Masked steps give zeros, whatever the layers' configurations say.
      let returnsSequences = try description.configuration.bool("return_sequences", default: false)
      let value =
        isConvolutional ? try convLSTM(call) : try recurrent(call, zeroesMaskedSteps: returnsSequences)
      var result = value.tensors
      if index == 1, returnsSequences { result[0] = try add(.flip(axes: [1]), [result[0]], layer) }
      results.append(result)
    }
    if mask(of: results[0][0]) != nil, !layer.version.isAtLeast(2, 5) {
      throw layer.error(
        "what it gives for masked steps differs between the versions of Keras 2",
        remedy: "save the model again with Keras 2.5 or later")
    }
    let (forward, backward) = (results[0][0], results[1][0])
    let states = results.flatMap { $0.dropFirst() }.map { Value.tensor($0) }
    if layer.configuration.values["merge_mode"]?.isNull == true {
      setMask(mask(of: forward), of: backward)
      return .list([.tensor(forward), .tensor(backward)] + states)
    }
    let output: Graph.ValueID
    switch try layer.configuration.string("merge_mode", default: "concat") {
    case "concat": output = try add(.concatenation(axis: -1), [forward, backward], layer)
    case "sum": output = try add(.binary(.add), [forward, backward], layer)
    case "mul": output = try add(.binary(.multiply), [forward, backward], layer)
    case "ave":
      let sum = try add(.binary(.add), [forward, backward], layer)
      output = try add(.unary(.linear(scale: 0.5, offset: 0)), [sum], layer)
    default: throw layer.configuration.error("merge_mode", "\"concat\", \"sum\", \"mul\", \"ave\" or null")
    }
    setMask(mask(of: forward), of: output)
    return states.isEmpty ? .tensor(output) : .list([.tensor(output)] + states)
  }
}
