import Inference
import System

extension GraphBuilder {
  /// Adds a whole model with its inputs and outputs.
  mutating func build(_ model: ModelDescription, file: String) throws(KerasError) {
    switch model.kind {
    case .sequential(let inputShape):
      let (name, shape) = try sequentialInput(model, inputShape, file)
      let value = try input(
        name, shape, model.layers.first?.inputType ?? .float,
        LayerIdentity(file: file, path: name, className: "InputLayer"))
      if let first = model.layers.first, first.className == "InputLayer" { note(value, of: first) }
      let output = try chain(model.layers, .tensor(value))
      try declare([output], [model.layers.last?.name ?? model.name], file)
    case .functional(let inputs, let outputs):
      var walk = FunctionalWalk(model, file: file)
      for port in inputs {
        guard let layer = model.layer(of: port) else {
          throw KerasError(
            path: file, layer: port.reference.layer,
            reason: "it is an input of the model, which has no such layer")
        }
        let value = try input(port.name, inputShape(of: layer), layer.inputType, layer.identity)
        note(value, of: layer)
        walk.provide(.tensor(value), for: layer.name)
      }
      try declare(try walk.run(&self), outputs.map(\.name), file)
    }
  }

  private mutating func declare(_ values: [Value], _ names: [String], _ file: String) throws(KerasError) {
    var used: [ByteKey: Int] = [:]
    for (value, name) in zip(values, names) {
      for tensor in value.tensors {
        // Keras names outputs by their layers, which may give several.
        let count = used[ByteKey(name), default: 0]
        used[ByteKey(name)] = count + 1
        output(count == 0 ? name : "\(name)_\(count)", tensor)
      }
    }
    if graph.outputs.isEmpty { throw KerasError(path: file, reason: "the model has no output") }
  }

  /// The shape that an input layer declares.
  private func inputShape(of layer: LayerDescription) throws(KerasError) -> Shape {
    let configuration = layer.configuration
    // Keras 3 renamed the key.
    let key = configuration["batch_input_shape"] == nil ? "batch_shape" : "batch_input_shape"
    guard let shape = try configuration.shape(key) else {
      throw configuration.error(key, "the shape of an input")
    }
    return try checkedInput(shape, layer.identity)
  }

  private func sequentialInput(_ model: ModelDescription, _ shape: [Int?]?, _ file: String)
    throws(KerasError) -> (name: String, shape: Shape)
  {
    guard let first = model.layers.first else {
      throw KerasError(path: file, reason: "the model \"\(model.name)\" has no layers")
    }
    if let shape { return (first.name, try checkedInput(shape, first.identity)) }
    // A model in the first place has an input of its own.
    if case .model(let nested) = first.content {
      switch nested.kind {
      case .sequential(let shape): return try sequentialInput(nested, shape, file)
      case .functional(let ports, _):
        guard let port = ports.first,
          let layer = nested.layer(of: port)
        else { break }
        return (layer.name, try inputShape(of: layer))
      }
    }
    throw first.identity.error(
      "the file does not say which shape the model's input has",
      remedy: "begin the model with keras.Input(shape), or call it once before it is saved")
  }

  private func checkedInput(_ shape: [Int?], _ identity: LayerIdentity) throws(KerasError) -> Shape {
    if shape.isEmpty || shape.count > 8
      || shape.contains(where: { $0.map { $0 < 1 || $0 > 1 << 20 } ?? false })
    {
      throw identity.error("an input of shape \(shape.text) is not possible")
    }
    // The batch is as large as its user likes, even where it was fixed for training.
    return [nil] + shape.dropFirst()
  }
}
