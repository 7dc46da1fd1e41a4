import Inference
import System

/// Calls the layers of a functional model in an order in which each call finds its inputs.
struct FunctionalWalk {
  private let model: ModelDescription
  private let file: String
  private let places: [ByteKey: Int]
  /// What each call of each layer gave: its outputs. An input layer has one call, its input.
  private var results: [[[Value]?]]
  /// By how much references to a layer's calls count too high, in calls and in the model's outputs: a nested
  /// model's first call may be that with its own inputs, which configurations leave out.
  private var offsets: [(calls: Int, outputs: Int)]

  /// One call of a layer.
  private struct Call {
    let layer: Int
    let index: Int
  }

  init(_ model: ModelDescription, file: String) {
    self.model = model
    self.file = file
    places = Dictionary(model.layers.enumerated().map { (ByteKey($1.name), $0) }) { first, _ in first }
    results = model.layers.map { Array(repeating: nil, count: $0.calls.count) }
    offsets = Array(repeating: (0, 0), count: model.layers.count)
    guard case .functional(_, let outputs) = model.kind else { return }
    if model.layers.contains(where: { $0.configuration.version.major >= 3 }) {
      // Keras 3 counts it in the outputs, and for functional models only.
      for (place, layer) in model.layers.enumerated() where layer.isFunctionalModel {
        offsets[place] = (0, 1)
      }
      return
    }
    // Before, it was counted in both, for sequential models too unless they had no input of their own. Every
    // call that is saved has a reader, so that the highest reference tells.
    let calls = model.layers.flatMap { $0.calls.flatMap(\.dependencies) }
    for reference in calls + outputs.map(\.reference) {
      guard let place = places[ByteKey(reference.layer)], case .model = model.layers[place].content else {
        continue
      }
      if reference.node == model.layers[place].calls.count { offsets[place] = (1, 1) }
    }
  }

  /// Gives an input layer its value.
  mutating func provide(_ value: Value, for layer: String) {
    guard let place = places[ByteKey(layer)] else { return }
    results[place] = [[value]]
  }

  /// Calls all layers.
  /// - Returns: the model's outputs.
  mutating func run(_ builder: inout GraphBuilder) throws(KerasError) -> [Value] {
    guard case .functional(_, let ports) = model.kind else { return [] }
    try callAll(&builder)
    var outputs: [Value] = []
    for port in ports {
      guard let output = try value(port.reference, reader: nil) else {
        throw KerasError(
          path: file, layer: port.reference.layer, reason: "it is an output of the model, but is never called"
        )
      }
      outputs.append(output)
    }
    return outputs
  }

  private mutating func callAll(_ builder: inout GraphBuilder) throws(KerasError) {
    let calls = model.layers.enumerated().flatMap { place, layer in
      // A layer that was given its value is an input, whatever its calls.
      results[place].contains { $0 != nil } ? [] : layer.calls.indices.map { Call(layer: place, index: $0) }
    }
    // For every call how many of its inputs do not exist yet, and who waits for it.
    var missing = Array(repeating: 0, count: calls.count)
    var readers: [Int: [Int]] = [:]
    var ready: [Int] = []
    for (index, call) in calls.enumerated() {
      for reference in model.layers[call.layer].calls[call.index].dependencies {
        if try value(reference, reader: call.layer) == nil {
          missing[index] += 1
          readers[try key(reference, reader: call.layer), default: []].append(index)
        }
      }
      if missing[index] == 0 { ready.append(index) }
    }
    var faults: [KerasError] = []
    var done = 0
    while done < ready.count {
      let index = ready[done]
      done += 1
      let call = calls[index]
      do throws(KerasError) { try run(call, &builder) } catch {
        // What does not need its result may be at fault as well.
        faults.append(error)
        continue
      }
      for reader in readers[call.layer << 32 | call.index] ?? [] {
        missing[reader] -= 1
        if missing[reader] == 0 { ready.append(reader) }
      }
    }
    if let fault = KerasError(faults) { throw fault }
    if done < calls.count {
      let stuck = missing.firstIndex { $0 > 0 } ?? 0
      throw model.layers[calls[stuck].layer].identity.error(
        "its inputs depend on its own output, or on a layer that is never called")
    }
  }

  private mutating func run(_ call: Call, _ builder: inout GraphBuilder) throws(KerasError) {
    let layer = model.layers[call.layer]
    let arguments = try layer.calls[call.index].map { reference throws(KerasError) -> Value in
      guard let value = try value(reference, reader: call.layer) else {
        throw layer.identity.error("it reads \"\(reference.layer)\" before that is called")
      }
      return value
    }
    let result = try builder.call(layer, arguments)
    if case .list(let outputs) = result {
      results[call.layer][call.index] = outputs
    } else {
      results[call.layer][call.index] = [result]
    }
  }

  /// Identifies the call that a reference names.
  private func key(_ reference: TensorReference, reader: Int?) throws(KerasError) -> Int {
    func fault(_ reason: String) -> KerasError {
      guard let reader else { return KerasError(path: file, layer: reference.layer, reason: reason) }
      return model.layers[reader].identity.error("it reads \"\(reference.layer)\": \(reason)")
    }
    guard let place = places[ByteKey(reference.layer)] else {
      throw fault("the model has no layer of that name")
    }
    let index = reference.node - (reader == nil ? offsets[place].outputs : offsets[place].calls)
    guard results[place].indices.contains(index) else {
      throw fault(
        results[place].isEmpty
          ? "that layer is neither an input of the model nor called"
          : "the model has no call \(reference.node) of that layer")
    }
    return place << 32 | index
  }

  /// The value of a reference; nil: it does not exist yet.
  private func value(_ reference: TensorReference, reader: Int?) throws(KerasError) -> Value? {
    let key = try key(reference, reader: reader)
    guard let outputs = results[key >> 32][key & 0xFFFF_FFFF] else { return nil }
    guard outputs.indices.contains(reference.tensor) else {
      throw model.layers[key >> 32].identity.error(
        "its output \(reference.tensor) is read, it has \(outputs.count)")
    }
    return outputs[reference.tensor]
  }
}

extension LayerDescription {
  fileprivate var isFunctionalModel: Bool {
    if case .model(let model) = content, case .functional = model.kind { true } else { false }
  }
}
