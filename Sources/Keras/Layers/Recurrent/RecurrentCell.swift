import Inference
import JSON

/// A cell of a recurrent layer: what it does at one step.
struct RecurrentCell {
  /// Of the cell, or of the layer that is named after it.
  let configuration: LayerConfiguration
  let kind: Recurrence.Cell
  let units: Int
  /// What the names of its weights begin with, as those of other cells do not.
  private let prefix: String
  /// Where an archive has its weights below the layer's group.
  private let place: String

  /// The cells of a layer, in order: each takes the output of the one before.
  static func cells(of layer: LayerConfiguration) throws(KerasError) -> [RecurrentCell] {
    guard layer.identity.className == "RNN" else { return [try RecurrentCell(layer, "", "cell")] }
    guard let outer = layer["cell"], let reference = ClassReference(outer) else {
      throw layer.error("cell", "the configuration of a cell")
    }
    guard reference.name == "StackedRNNCells", reference.foreignModule == nil else {
      return [try RecurrentCell(try layer.cell(outer), "", "cell")]
    }
    var counts: [String: Int] = [:]
    var cells: [RecurrentCell] = []
    for inner in outer["config"]?["cells"]?.array ?? [] {
      let configuration = try layer.cell(inner)
      let name = snakeCase(configuration.identity.className)
      let count = counts[name, default: 0]
      counts[name] = count + 1
      let place = "cell/cells/" + (count == 0 ? name : "\(name)_\(count)")
      cells.append(try RecurrentCell(configuration, "\(cells.count)/", place))
    }
    if cells.isEmpty { throw layer.error("cell", "a cell, or cells that are stacked") }
    return cells
  }

  private init(_ configuration: LayerConfiguration, _ prefix: String, _ place: String) throws(KerasError) {
    self.configuration = configuration
    self.prefix = prefix
    self.place = place
    units = try configuration.integer("units")
    guard (1...1 << 20).contains(units) else {
      throw configuration.error("units", "a whole number from 1 to \(1 << 20)")
    }
    switch configuration.identity.className {
    case "SimpleRNN", "SimpleRNNCell": kind = .simple
    case "LSTM", "LSTMCell", "CuDNNLSTM": kind = .lstm
    case "GRU", "GRUCell":
      kind = .gru(resetsProduct: try configuration.bool("reset_after", default: false))
    case "CuDNNGRU": kind = .gru(resetsProduct: true)
    default:
      throw configuration.identity.error(
        "its cells are of a class that is not known",
        remedy: "build the layer with cells of keras.layers and save the model again")
    }
  }

  /// In Keras' order.
  func weights() throws(KerasError) -> [WeightName] {
    try LayerClass.cellWeights(configuration, prefix: prefix, place: place)
  }

  /// What it does from step to step, and the dense layer that makes its gates of the inputs.
  /// - Parameter inputs: values of an input's step.
  func parts(inputs: Int?, _ layer: LayerCall) throws(KerasError) -> (gates: Dense, recurrence: Recurrence) {
    let width = kind.gates * units
    let saved = CellWeights(
      kernel: try layer.weights.tensor(prefix + "kernel", [inputs, width]),
      recurrentKernel: try layer.weights.tensor(prefix + "recurrent_kernel", [units, width]),
      bias: layer.weights[prefix + "bias"])
    // A file may have weights of the other class of the same name: Keras tells them by the bias.
    let weights = saved.isCuDNN(kind) ? saved.converted(gates: kind.gates) : saved
    let biases = try biases(weights.bias, width)
    var recurrence = Recurrence(
      kind, kernel: weights.recurrentKernel, bias: biases.recurrent,
      activation: .tanh, gateActivation: .sigmoid)
    // CuDNN's has no other functions.
    if !configuration.identity.className.hasPrefix("CuDNN") {
      recurrence.activation = try configuration.elementwise("activation")
      if kind != .simple { recurrence.gateActivation = try configuration.elementwise("recurrent_activation") }
    }
    return (Dense(kernel: weights.kernel, bias: biases.input), recurrence)
  }

  /// A GRU that resets the product has a bias of its own for that.
  private func biases(_ bias: Tensor?, _ width: Int) throws(KerasError) -> (
    input: Tensor?, recurrent: Tensor?
  ) {
    guard let bias else { return (nil, nil) }
    let sets = kind == .gru(resetsProduct: true) ? [2, width] : [width]
    guard bias.shape == sets else {
      throw configuration.identity.error(
        "its weight \"bias\" has the shape \(bias.shape.text), its configuration needs \(sets.text)")
    }
    guard sets.count == 2 else { return (bias, nil) }
    return (
      Tensor(shape: [width], bias.values[..<width]), Tensor(shape: [width], bias.values[width...])
    )
  }
}

extension LayerClass {
  /// The weights of a cell.
  /// - Parameters:
  ///   - prefix: what their names begin with.
  ///   - place: where an archive has them below the layer's group.
  static func cellWeights(_ configuration: LayerConfiguration, prefix: String, place: String)
    throws(KerasError) -> [WeightName]
  {
    let hasBias = try configuration.bool("use_bias", default: true)
    let names = ["kernel", "recurrent_kernel"] + (hasBias ? ["bias"] : [])
    return names.enumerated().map { index, name in
      WeightName(prefix + name, archivePath: "\(place)/vars/\(index)")
    }
  }
}

extension LayerConfiguration {
  /// The function of single values that a key names.
  func elementwise(_ key: String) throws(KerasError) -> Unary {
    let value = self[key]
    let reference = value.flatMap { ClassReference($0) }
    let name = reference.map { $0.isFunction && $0.foreignModule == nil ? $0.name : "" } ?? value?.string
    if name == "linear" { return .linear(scale: 1, offset: 0) }
    guard let name, let function = Unary(activation: name, version: version) else {
      throw error(key, "a function of single values of keras.activations")
    }
    return function
  }

  /// The configuration of a cell within.
  fileprivate func cell(_ json: JSONValue) throws(KerasError) -> LayerConfiguration {
    guard let reference = ClassReference(json), let config = json["config"]?.object else {
      throw error("cell", "the configuration of a cell")
    }
    let cell = LayerIdentity(file: identity.file, path: identity.path, className: reference.name)
    if let refusal = reference.refusal(cell) { throw refusal }
    return LayerConfiguration(identity: cell, version: version, values: config)
  }
}
