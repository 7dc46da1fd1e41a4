import Inference

/// The graph under construction, with what building a layer needs.
struct GraphBuilder {
  private(set) var graph = Graph()
  let weights: WeightReader
  /// The shape of what each layer gave first, by ``LayerDescription/id``.
  private(set) var outputShapes: [Int: Shape] = [:]
  private var calls = 0
  /// The layer, if any, that has marked steps of its input to be left out.
  private var maskingLayer: String?

  /// Models nested in models, each called twice, grow without end from a small file.
  private static let callLimit = 1 << 16

  /// Layers that leave out the steps that a mask marks, which is not done here.
  private static let maskReaders: Set = [
    "AdditiveAttention", "Attention", "GlobalAveragePooling1D", "GroupedQueryAttention",
    "GroupQueryAttention",
    "MultiHeadAttention", "Softmax",
  ]

  init(weights: WeightReader) { self.weights = weights }

  /// Adds an operation of a layer.
  mutating func add(_ operation: Operation, _ inputs: [Graph.ValueID], _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID
  {
    do throws(GraphError) {
      if let moved = moved(operation, inputs) {
        let result = try graph.add(moved.operation, moved.inputs, name: layer.path)
        guard let permutation = moved.permutation else { return result }
        return try graph.add(.transpose(permutation), [result], name: layer.path)
      }
      return try graph.add(operation, inputs, name: layer.path)
    } catch {
      throw layer.error("\(error.operation): \(error.reason)")
    }
  }

  /// Adds a constant of a layer.
  mutating func constant(_ tensor: Tensor, _ layer: LayerCall) -> Graph.ValueID {
    graph.addConstant(tensor, name: layer.path)
  }

  /// The shape of a value, batch first; nil where unknown before the inputs are.
  func shape(_ value: Graph.ValueID) -> Shape { graph.shape(of: value) }

  /// Adds a model input.
  mutating func input(_ name: String, _ shape: Shape) -> Graph.ValueID {
    graph.addInput(name: name, shape: shape)
  }

  /// Declares a model output.
  mutating func output(_ name: String, _ value: Graph.ValueID) { graph.addOutput(value, name: name) }

  /// Adds one call of a layer, a nested model or a wrapper.
  mutating func call(_ layer: LayerDescription, _ arguments: CallArguments<Graph.ValueID>) throws(KerasError)
    -> Value
  {
    calls += 1
    if calls > GraphBuilder.callLimit {
      throw layer.identity.error("the model calls more than \(GraphBuilder.callLimit) layers")
    }
    try checkMasks(layer)
    let result: Value
    if case .model(let model) = layer.content {
      result = try call(model, layer.identity, arguments.positional.flatMap(\.tensors))
    } else {
      let call = LayerCall(description: layer, weights: weights.weights(of: layer), arguments: arguments)
      result = try layer.layerClass().build(call, &self)
    }
    if let output = result.tensors.first { note(output, of: layer) }
    return result
  }

  /// Refuses what would give other numbers than Keras' without a word. A mask may also come to an end before
  /// such a layer; models of images have none.
  private mutating func checkMasks(_ layer: LayerDescription) throws(KerasError) {
    if let maskingLayer, Self.maskReaders.contains(layer.className) {
      throw layer.identity.error(
        "it leaves out the steps that layer \"\(maskingLayer)\" masks, which is not supported",
        remedy: "train and save the model without Masking and without mask_zero")
    }
    var masks = layer.className == "Masking"
    if layer.className == "Embedding" { masks = try layer.configuration.bool("mask_zero", default: false) }
    if masks { maskingLayer = layer.identity.path }
  }

  /// Keeps the shape of a layer's first output for the summary.
  mutating func note(_ output: Graph.ValueID, of layer: LayerDescription) {
    if outputShapes[layer.id] == nil { outputShapes[layer.id] = shape(output) }
  }

  /// Adds one call of a nested model.
  private mutating func call(_ model: ModelDescription, _ identity: LayerIdentity, _ inputs: [Graph.ValueID])
    throws(KerasError) -> Value
  {
    switch model.kind {
    case .sequential:
      guard inputs.count == 1 else { throw identity.error("it takes one input, it is given \(inputs.count)") }
      return try chain(model.layers, .tensor(inputs[0]))
    case .functional(let ports, _):
      guard inputs.count == ports.count else {
        throw identity.error("it takes \(ports.count) inputs, it is given \(inputs.count)")
      }
      var walk = FunctionalWalk(model, file: identity.file)
      for (port, input) in zip(ports, inputs) { walk.provide(.tensor(input), for: port.reference.layer) }
      let outputs = try walk.run(&self)
      return outputs.count == 1 ? outputs[0] : .list(outputs)
    }
  }

  /// Applies layers one after the other.
  mutating func chain(_ layers: [LayerDescription], _ input: Value) throws(KerasError) -> Value {
    var value = input
    for layer in layers where layer.className != "InputLayer" {
      value = try call(layer, CallArguments(positional: [value]))
    }
    return value
  }
}
