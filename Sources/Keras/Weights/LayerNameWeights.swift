import HDF5

/// Weights as `.h5` files keep them: a group a layer, under the layer's name, which lists its weights.
///
/// The format is that of `keras.Model.save` and `save_weights` with a name in `.h5`, of all versions of Keras:
/// attributes `layer_names` of the group and `weight_names` of each layer's.
struct LayerNameWeights {
  /// The group that holds the layers' groups.
  let group: HDF5Group
  /// The model file, for messages.
  let path: String

  /// Reads the weights of all layers.
  func read(_ model: ModelDescription, into reader: inout WeightReader) throws(KerasError) {
    let saved = try savedLayers()
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
  }

  private struct SavedLayer {
    let name: String
    let group: HDF5Group
    /// Paths below the group.
    let weights: [String]
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

  private func savedLayers() throws(KerasError) -> [SavedLayer] {
    var saved: [SavedLayer] = []
    for name in try strings("layer_names", of: group) ?? [] {
      let layerGroup: HDF5Group?
      do throws(HDF5Error) { layerGroup = try group.group(name) } catch { throw self.error(error) }
      guard let layerGroup else {
        throw KerasError(
          path: path, layer: name, reason: "the file lists the layer, but holds no group for it")
      }
      let weights = try strings("weight_names", of: layerGroup) ?? []
      // States of random generators are of no use here.
      saved.append(
        SavedLayer(name: name, group: layerGroup, weights: weights.filter { !isGeneratorState($0) }))
    }
    return saved
  }

  private func isGeneratorState(_ weight: String) -> Bool {
    let name = weight[
      (weight.utf8.lastIndex(of: UInt8(ascii: "/")).map(weight.utf8.index(after:)) ?? weight.startIndex)...]
    return name.hasPrefix("StateVar") || name.hasPrefix("seed_generator_state")
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
    var folder: Folder?
    for (slot, name) in zip(slots, saved.weights) {
      let dataset: HDF5Dataset?
      do throws(HDF5Error) { dataset = try self.dataset(name, of: saved.group, &folder) } catch {
        throw slot.layer.identity.error("its weight \"\(name)\": \(error.reason)")
      }
      guard let dataset else {
        throw slot.layer.identity.error("its weight \"\(name)\" is missing in the file")
      }
      try reader.read(dataset, into: slot)
    }
  }

  /// A group on the way to weights.
  private typealias Folder = (path: Substring, group: HDF5Group)

  /// The dataset at a path below a layer's group.
  /// - Parameter folder: where the layer's last weight lay: mostly the next one lies there too, and finding the
  ///   way again would be half of the work.
  private func dataset(_ path: String, of group: HDF5Group, _ folder: inout Folder?) throws(HDF5Error)
    -> HDF5Dataset?
  {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else {
      return try group.dataset(path)
    }
    if folder?.path != path[..<slash] {
      folder = try group.group(String(path[..<slash])).map { (path[..<slash], $0) }
    }
    return try folder?.group.dataset(String(path[path.index(after: slash)...]))
  }

  /// A list of strings that Keras cuts into `name0`, `name1`, ... where it is too long for one attribute.
  private func strings(_ name: String, of group: HDF5Group) throws(KerasError) -> [String]? {
    do throws(HDF5Error) {
      if let attribute = try group.attribute(name) {
        // An empty list is saved as floats.
        return attribute.count == 0 ? [] : try attribute.strings()
      }
      var list: [String]?
      var chunk = 0
      while let attribute = try group.attribute("\(name)\(chunk)") {
        list = (list ?? []) + (attribute.count == 0 ? [] : try attribute.strings())
        chunk += 1
      }
      return list
    } catch {
      throw self.error(error)
    }
  }

  private func error(_ error: HDF5Error) -> KerasError {
    KerasError(path: path, reason: "\(error.object): \(error.reason)")
  }
}
