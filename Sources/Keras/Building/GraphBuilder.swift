import Inference

/// The graph under construction, with what building a layer needs.
struct GraphBuilder {
  private(set) var graph = Graph()
  /// What Keras has each value of the graph as.
  private var types: [ValueType] = []
  let weights: WeightReader
  /// The shape of what each layer gave first, by ``LayerDescription/id``.
  private(set) var outputShapes: [Int: Shape] = [:]
  private var calls = 0
  /// What masks the steps of values, see `Masks.swift`.
  private var masks: [Graph.ValueID: Graph.ValueID] = [:]

  /// Models nested in models, each called twice, grow without limit from a small file.
  private static let callLimit = 1 << 16

  init(weights: WeightReader) { self.weights = weights }

  /// Adds an operation of a layer.
  mutating func add(_ operation: Operation, _ inputs: [Graph.ValueID], _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID
  {
    let type: ValueType
    do throws(TypeFault) {
      type = try operation.type(
        TypeContext(
          inputs: inputs.map { types[$0.index] }, shapes: inputs.map { shape($0) }, version: layer.version,
          isLayer: !layer.description.isOperation))
    } catch {
      throw layer.error(error.reason, remedy: Self.typeRemedy)
    }
    return try add(operation, inputs, type, layer.description.identity)
  }

  private static let typeRemedy =
    "begin the model with an Input of float32, or convert the values to floats first: keras.ops.cast(x, \"float32\")"

  private mutating func add(
    _ operation: Operation, _ inputs: [Graph.ValueID], _ type: ValueType, _ identity: LayerIdentity
  ) throws(KerasError) -> Graph.ValueID {
    do throws(GraphError) {
      guard let moved = moved(operation, inputs) else {
        return note(type, of: try graph.add(operation, inputs, name: identity.path))
      }
      let result = note(type, of: try graph.add(moved.operation, moved.inputs, name: identity.path))
      guard let permutation = moved.permutation else { return result }
      return note(type, of: try graph.add(.transpose(permutation), [result], name: identity.path))
    } catch {
      throw identity.error("\(error.operation): \(error.reason)")
    }
  }

  private mutating func note(_ type: ValueType, of value: Graph.ValueID) -> Graph.ValueID {
    types.append(type)
    return value
  }

  /// The result of a function of whole numbers whose steps may be larger numbers, but whose result is not.
  mutating func whole(
    _ values: [Graph.ValueID], _ layer: LayerCall,
    _ function: (inout GraphBuilder, [Graph.ValueID]) throws(KerasError) -> Graph.ValueID
  ) throws(KerasError) -> Graph.ValueID {
    let identity = layer.description.identity
    var floats: [Graph.ValueID] = []
    for value in values { floats.append(try cast(value, to: .float, identity)) }
    let result = try function(&self, floats)
    let type = values.dropFirst().reduce(type(values[0])) { $0.promoted(with: self.type($1)) }
    if type == .float { return result }
    return try add(
      .unary(.linear(scale: 1, offset: 0)), [result], ValueType(type, type.expectedRange), identity)
  }

  /// What Keras has a value as.
  func type(_ value: Graph.ValueID) -> NumberType { types[value.index].type }

  /// Adds a constant of a layer.
  /// - Parameter type: nil: weights and the like, which are floats.
  mutating func constant(_ tensor: Tensor, type: ValueType = .float, _ layer: LayerCall) -> Graph.ValueID {
    note(type, of: graph.addConstant(tensor, name: layer.path))
  }

  /// A value in another type, as Keras' `cast` makes it.
  /// - Throws: where it may lie outside the type's range, for which Keras' backends differ.
  mutating func cast(_ value: Graph.ValueID, to type: NumberType, _ identity: LayerIdentity)
    throws(KerasError)
    -> Graph.ValueID
  {
    let from = types[value.index]
    if from.type == type, !from.isWeak { return value }
    switch type {
    case .float:
      return try add(.unary(.linear(scale: 1, offset: 0)), [value], ValueType(.float, from.range), identity)
    case .bool:
      let zero = note(ValueType(0), of: graph.addConstant(Tensor(shape: [], [0]), name: identity.path))
      return try add(.binary(.notEqual), [value, zero], .bool, identity)
    case .integer(let bits, _):
      let whole = from.range.mapped { $0.rounded(.towardZero) }
      // Floats have no more than 24 bits: whole numbers that need more are not expected of a model.
      guard type.range.contains(whole) || from.isFloat && bits >= 32 else {
        throw identity.error(
          "it converts to \(type.name) values that may lie outside its range, for which Keras' backends differ",
          remedy: "limit them first: keras.ops.clip(x, \(type.range.text))")
      }
      return try add(
        .unary(.truncate), [value], ValueType(type, whole.clipped(to: type.expectedRange)), identity)
    }
  }

  /// The shape of a value, batch first; nil where unknown before the inputs are.
  func shape(_ value: Graph.ValueID) -> Shape { graph.shape(of: value) }

  /// Adds a model input.
  /// - Parameter type: Keras converts the model's input to it, cutting off fractions.
  mutating func input(_ name: String, _ shape: Shape, _ type: NumberType, _ identity: LayerIdentity)
    throws(KerasError) -> Graph.ValueID
  {
    let value = note(.float, of: graph.addInput(name: name, shape: shape))
    switch type {
    case .float: return value
    case .bool: return try cast(value, to: .bool, identity)
    case .integer:
      guard type.range.contains(255) else {
        throw identity.error(
          "its input is of \(type.name), which does not hold the values of an image, 0 to 255",
          remedy: "build the model with an Input of float32 or uint8")
      }
      return try add(.unary(.truncate), [value], ValueType(type, type.expectedRange), identity)
    }
  }

  /// Declares a model output.
  mutating func output(_ name: String, _ value: Graph.ValueID) { graph.addOutput(value, name: name) }

  /// Adds one call of a layer, a nested model or a wrapper.
  /// - Parameter changed: weights that a wrapper made of the layer's own; nil: those.
  mutating func call(
    _ layer: LayerDescription, _ arguments: CallArguments<Graph.ValueID>, _ changed: LayerWeights? = nil
  ) throws(KerasError) -> Value {
    calls += 1
    if calls > GraphBuilder.callLimit {
      throw layer.identity.error("the model calls more than \(GraphBuilder.callLimit) layers")
    }
    let arguments = try typed(arguments, layer)
    let result: Value
    if case .model(let model) = layer.content {
      let inputs = arguments.positional.flatMap(\.tensors)
      for mask in arguments.keywords.first(where: { $0.key == "mask" })?.value.tensors ?? []
      where inputs.count == 1 {
        setMask(mask, of: inputs[0])
      }
      result = try call(model, layer.identity, inputs)
    } else {
      let call = LayerCall(
        description: layer, weights: changed ?? weights.weights(of: layer), arguments: arguments)
      result = try masked(layer.layerClass().build(call, &self), call)
    }
    if let output = result.tensors.first { note(output, of: layer) }
    return result
  }

  /// Layers that convert their inputs to floats, besides those with names that begin with Random.
  private static let castingLayers: Set = [
    "Rescaling", "Normalization", "BatchNormalization", "CenterCrop", "AugMix", "AutoContrast", "CutMix",
    "Equalization", "MixUp", "RandAugment", "Solarization",
  ]

  /// A layer's arguments in the types in which it takes them.
  private mutating func typed(_ arguments: CallArguments<Graph.ValueID>, _ layer: LayerDescription)
    throws(KerasError) -> CallArguments<Graph.ValueID>
  {
    let (name, identity) = (layer.className, layer.identity)
    if layer.isOperation || LayerClass.tensorFlowFunctions[name] != nil || name == "TensorFlowOpLayer" {
      return arguments
    }
    let casts =
      Self.castingLayers.contains(name) || name.hasPrefix("Random")
      || name == "Resizing" && layer.configuration.version.major < 3
    if layer.configuration.version.major >= 3, name != "InputLayer",
      let type = layer.configuration.numberType, type != .float
    {
      if casts || arguments.positional.contains(where: { $0.tensors.contains { types[$0.index].isFloat } }) {
        throw identity.error(
          "its dtype is \(type.name), so that it converts floats to whole numbers",
          remedy: "build the model without a dtype for this layer")
      }
    }
    guard casts else { return arguments }
    var converted = arguments
    converted.positional = try arguments.map { value throws(KerasError) in
      .tensor(try argument(value, as: .float, identity))
    }.positional
    return converted
  }

  /// An argument in another type, with its mask.
  private mutating func argument(_ value: Graph.ValueID, as type: NumberType, _ identity: LayerIdentity)
    throws(KerasError) -> Graph.ValueID
  {
    let result = try cast(value, to: type, identity)
    setMask(mask(of: value), of: result)
    return result
  }

  /// The mask of a value's steps; nil: all count.
  func mask(of value: Graph.ValueID) -> Graph.ValueID? { masks[value] }

  /// Gives a value a mask; nil: it has none, or keeps its own.
  mutating func setMask(_ mask: Graph.ValueID?, of value: Graph.ValueID) {
    if let mask, masks[value] == nil { masks[value] = mask }
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
      let type = model.layers.first?.inputType ?? .float
      return try chain(model.layers, .tensor(argument(inputs[0], as: type, identity)))
    case .functional(let ports, _):
      guard inputs.count == ports.count else {
        throw identity.error("it takes \(ports.count) inputs, it is given \(inputs.count)")
      }
      var walk = FunctionalWalk(model, file: identity.file)
      for (port, input) in zip(ports, inputs) {
        let type = model.layer(of: port)?.inputType ?? .float
        walk.provide(.tensor(try argument(input, as: type, identity)), for: port.reference.layer)
      }
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
