import HDF5
import Inference
import System

/// Weights as `.h5` files keep them: a group a layer, under the layer's name, which lists its weights.
///
/// The format is that of `keras.Model.save` and `save_weights` with a name in `.h5`, of all versions of Keras:
/// attributes `layer_names` of the group and `weight_names` of each layer's.
struct LayerNameWeights {
  private let saved: Result<[SavedLayer], KerasError>
  private let path: String

  /// Finds all weights, whichever the model will use, a group after the other: that takes longer than anything else
  /// before a model's first run.
  /// - Parameters:
  ///   - group: the one that holds the layers' groups.
  ///   - path: the model file, for messages.
  ///   - workers: the threads that share the work.
  ///   - other: work to be done meanwhile.
  init(_ group: HDF5Group, path: String, workers: Workers, besides other: () -> Void) {
    saved = SavedLayer.list(in: group, path, workers, besides: other)
    self.path = path
  }

  /// Reads the weights of all layers.
  /// - Throws: also what had gone wrong when they were looked for.
  func read(_ model: ModelDescription, into reader: inout WeightReader) throws(KerasError) {
    let saved = try self.saved.get()
    let byName = Dictionary(saved.map { (ByteKey($0.name), $0) }) { first, _ in first }
    let layers = try topLayers(model, byName)
    if layers.allSatisfy({ byName[ByteKey($0.layer.name)] != nil }) {
      let used = Set(layers.map { ByteKey($0.layer.name) })
      for saved in saved where !saved.weights.isEmpty && !used.contains(ByteKey(saved.name)) {
        throw unneeded(saved, model)
      }
      for (layer, slots) in layers {
        guard let saved = byName[ByteKey(layer.name)] else { continue }
        try read(layer, slots, saved, &reader)
      }
    } else {
      // Names that Keras counts up differ between sessions: like Keras, go by the order.
      let used = saved.filter { !$0.weights.isEmpty }
      guard used.count == layers.count else {
        let missing = layers.first { byName[ByteKey($0.layer.name)] == nil }
        let identity = (missing ?? layers[0]).layer.identity
        throw identity.error(
          "the file has no weights of that name, and weights of \(used.count) layers where the configuration "
            + "has \(layers.count) layers with weights",
          remedy: "take configuration and weights from the same model")
      }
      for ((layer, slots), saved) in zip(layers, used) { try read(layer, slots, saved, &reader) }
    }
    try reader.readAll()
  }

  /// The layers with weights that the file is to list, with their weights in its order.
  private func topLayers(_ model: ModelDescription, _ saved: [ByteKey: SavedLayer]) throws(KerasError)
    -> [(layer: LayerDescription, slots: [WeightSlot])]
  {
    var layers: [(layer: LayerDescription, slots: [WeightSlot])] = []
    for layer in model.layers {
      // Keras 1 lists the layers of a nested sequential model like the model's own.
      if case .model(let nested) = layer.content, saved[ByteKey(layer.name)] == nil,
        nested.layers.contains(where: { saved[ByteKey($0.name)] != nil })
      {
        layers += try topLayers(nested, saved)
        continue
      }
      let names = saved[ByteKey(layer.name)]?.weights.map(\.name) ?? []
      let (trainable, state) = try layer.slots(KernelVariables(names: names))
      if !trainable.isEmpty || !state.isEmpty { layers.append((layer, trainable + state)) }
    }
    return layers
  }

  private func read(
    _ layer: LayerDescription, _ slots: [WeightSlot], _ saved: SavedLayer, _ reader: inout WeightReader
  ) throws(KerasError) {
    if saved.weights.contains(where: { $0.name.hasSuffix("/lora_kernel_b") }) {
      throw layer.identity.error(
        "the file has its kernel and its LoRA adapter separately, which is not supported",
        remedy: "save the model as a .keras file, in which they are merged")
    }
    guard slots.count == saved.weights.count else {
      throw layer.identity.error(
        "the file has \(saved.weights.count) weights of it (\(saved.weights.map(\.name).listed)), its configuration "
          + "needs \(slots.count) (\(slots.map(\.name).listed))")
    }
    for (slot, weight) in zip(slots, saved.weights) {
      if let name = slot.layer.savedName,
        !weight.name.split(separator: "/").contains(where: { $0.hasSuffix(name) })
      {
        throw slot.layer.identity.error(
          "the file has its weight \"\(slot.name)\" in another place of the order: there is \"\(weight.name)\". "
            + "Layers of it were frozen one by one, which its configuration does not say",
          remedy: "save the model as a .keras file, or after setting trainable of the whole model")
      }
      if let name = slot.weight.savedName {
        let found = weight.name.prefix { $0 != ":" }
        if !(found == name || found.hasSuffix("/" + name)) {
          throw slot.layer.identity.error(
            "its weight \"\(weight.name)\" is not named \"\(name)\": it is another class of that name",
            remedy: slot.layer.identity.classRemedy)
        }
      }
      let dataset: HDF5Dataset?
      do throws(HDF5Error) { dataset = try weight.dataset.get() } catch {
        throw slot.layer.identity.error("its weight \"\(weight.name)\": \(error.reason)")
      }
      guard let dataset else {
        throw slot.layer.identity.error("its weight \"\(weight.name)\" is missing in the file")
      }
      reader.add(dataset, as: slot)
    }
  }

  /// Weights that the model does not need: the layer is not what its name says, or is quantized in an unknown way.
  private func unneeded(_ saved: SavedLayer, _ model: ModelDescription) -> KerasError {
    let names = saved.weights.map(\.name).listed
    guard let layer = model.layers.first(where: { $0.name.isSameBytes(as: saved.name) }) else {
      return KerasError(
        path: path, layer: saved.name,
        reason: "the file has weights of it (\(names)), but the configuration has no such layer",
        remedy: "take configuration and weights from the same model")
    }
    return layer.identity.error(
      "the file has \(saved.weights.count) weights of it (\(names)), its configuration needs none")
  }
}

extension [String] {
  /// The first names, for a message.
  var listed: String { prefix(8).joined(separator: ", ") + (count > 8 ? ", ..." : "") }
}
