import HDF5
import Inference

/// Weights as `.h5` files keep them: a group a layer, under the layer's name, which lists its weights.
///
/// The format is that of `keras.Model.save` and `save_weights` with a name in `.h5`, of all versions of Keras:
/// attributes `layer_names` of the group and `weight_names` of each layer's.
struct LayerNameWeights {
  private let saved: Result<[SavedLayer], KerasError>

  /// Finds all weights, whichever the model will use, a group after the other: that takes longer than anything else
  /// before a model's first run.
  /// - Parameters:
  ///   - group: the one that holds the layers' groups.
  ///   - path: the model file, for messages.
  ///   - workers: the threads that share the work.
  ///   - other: work to be done meanwhile.
  init(_ group: HDF5Group, path: String, workers: Workers, besides other: () -> Void) {
    saved = SavedLayer.list(in: group, path, workers, besides: other)
  }

  /// Reads the weights of all layers.
  /// - Throws: also what had gone wrong when they were looked for.
  func read(_ model: ModelDescription, into reader: inout WeightReader) throws(KerasError) {
    let saved = try self.saved.get()
    let layers = try topLayers(model, saved: saved)
    let byName = Dictionary(saved.map { ($0.name, $0) }) { first, _ in first }
    if layers.allSatisfy({ byName[$0.layer.name] != nil }) {
      for (layer, slots) in layers {
        guard let saved = byName[layer.name] else { continue }
        try read(layer, slots, saved, &reader)
      }
    } else {
      // Names that Keras counts up differ between sessions: like Keras, go by the order.
      let used = saved.filter { !$0.weights.isEmpty }
      guard used.count == layers.count else {
        let missing = layers.first { byName[$0.layer.name] == nil }
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
  private func topLayers(_ model: ModelDescription, saved: [SavedLayer]) throws(KerasError)
    -> [(layer: LayerDescription, slots: [WeightSlot])]
  {
    let names = Set(saved.map(\.name))
    var layers: [(layer: LayerDescription, slots: [WeightSlot])] = []
    for layer in model.layers {
      // Keras 1 lists the layers of a nested sequential model like the model's own.
      if case .model(let nested) = layer.content, !names.contains(layer.name),
        nested.layers.contains(where: { names.contains($0.name) })
      {
        layers += try topLayers(nested, saved: saved)
        continue
      }
      let (trainable, state) = try layer.slots()
      if !trainable.isEmpty || !state.isEmpty { layers.append((layer, trainable + state)) }
    }
    return layers
  }

  private func read(
    _ layer: LayerDescription, _ slots: [WeightSlot], _ saved: SavedLayer, _ reader: inout WeightReader
  ) throws(KerasError) {
    guard slots.count == saved.weights.count else {
      let names = slots.prefix(8).map(\.name).joined(separator: ", ")
      throw layer.identity.error(
        "the file has \(saved.weights.count) weights of it, its configuration needs \(slots.count) (\(names))"
      )
    }
    for (slot, weight) in zip(slots, saved.weights) {
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
}
