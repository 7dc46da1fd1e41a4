import HDF5
import System

/// Weights as `.keras` archives keep them in `model.weights.h5` (and files `.weights.h5`): a group a layer,
/// named by the layer's class and count (`layers/conv2d_1`), with its weights by number (`vars/0`).
struct ArchiveWeights {
  /// The group of the model.
  let group: ArchiveGroup
  /// The model file, for messages.
  let path: String

  /// Names that versions of Keras have for the group of a model's layers.
  static let containers = ["layers", "_layer_checkpoint_dependencies"]

  /// The name of the group of a layer, as the one of its class at that place.
  static func counted(_ className: String, _ place: Int) -> String {
    place == 0 ? className : "\(className)_\(place)"
  }

  /// Reads the weights of all layers.
  func read(_ model: ModelDescription, into reader: inout WeightReader) throws(KerasError) {
    var shared = SharedLayers(model)
    if let library = model.library {
      let identity = LayerIdentity(file: path, path: model.name, className: library)
      try refuseOtherLayers(model.layers, group, library, identity)
    }
    try read(model.layers, of: group, &shared, &reader)
    try reader.readAll()
    for (layer, original) in shared.inOrder { reader.share(original, with: layer) }
  }

  /// Reads the layers of a model whose group is given; nil: the file has none.
  private func read(
    _ layers: [LayerDescription], of model: ArchiveGroup?, _ shared: inout SharedLayers,
    _ reader: inout WeightReader
  ) throws(KerasError) {
    for layer in layers {
      guard let place = layer.archivePlace, try shared.stores(layer) else { continue }
      let group = place.isEmpty ? model : try find(place, in: model)
      try read(layer, group, (model?.path ?? "") + "/" + place, &shared, &reader)
    }
    var container: ArchiveGroup?
    for name in ArchiveWeights.containers where container == nil { container = try find(name, in: model) }
    for (name, layers) in try byClass(layers) {
      // The count goes on over layers without weights, which all have a number.
      var weighted: [(name: String, layer: LayerDescription)] = []
      for (count, layer) in layers.enumerated() where try shared.stores(layer) {
        weighted.append((Self.counted(name, count), layer))
      }
      // Layers without weights, where all of the class are.
      for (count, layer) in layers.enumerated() where weighted.isEmpty {
        guard case .plain = layer.content,
          let group = try find(Self.counted(name, count), in: container)
        else { continue }
        try refuseOthers(layer, group, than: [])
      }
      var isComplete = true
      for (name, _) in weighted where try find(name, in: container) == nil { isComplete = false }
      if !isComplete, let container {
        // Keras 2.12 to 2.14 count layers with weights twice.
        let names = try groups(of: name, in: container)
        if names.count == weighted.count {
          for (index, name) in names.enumerated() { weighted[index].name = name }
        }
      }
      for (name, layer) in weighted {
        let place = (container?.path ?? ArchiveWeights.containers[0]) + "/" + name
        try read(layer, find(name, in: container), place, &shared, &reader)
      }
    }
  }

  private func read(
    _ layer: LayerDescription, _ group: ArchiveGroup?, _ place: String, _ shared: inout SharedLayers,
    _ reader: inout WeightReader
  ) throws(KerasError) {
    if group == nil, shared.findsElsewhere(layer) { return }
    var count = 0
    var taken: Set<ByteKey> = []
    for weight in try layer.ownWeights(savedKernels(layer, group)) {
      guard let group else { throw missing(layer, place) }
      let place = weight.archivePath ?? "vars/\(count)"
      if weight.archivePath == nil { count += 1 }
      let dataset: HDF5Dataset?
      do throws(HDF5Error) {
        // Versions differ in which attributes of a layer are private.
        let found = try group.dataset(place)
        dataset = found == nil ? try group.dataset("_" + place) : found
        taken.insert(ByteKey(found == nil ? "_" + place : place))
      } catch {
        throw layer.identity.error("its weight \"\(weight.name)\": \(error.reason)")
      }
      guard let dataset else { throw missing(layer, "\(group.path)/\(place)") }
      reader.add(dataset, as: WeightSlot(layer: layer, weight: weight))
    }
    switch layer.content {
    // A variable is one of several that a layer has.
    case .plain where layer.isVariable: break
    case .plain: if let group { try refuseOthers(layer, group, than: taken) }
    case .model(let model):
      if let library = model.library, let group {
        try refuseOtherLayers(model.layers, group, library, layer.identity)
      }
      try read(model.layers, of: group, &shared, &reader)
    case .wrapper(let inner):
      // A wrapper may list weights of the layer within as its own too.
      let names = inner.count == 1 ? ["layer"] : ["forward_layer", "backward_layer"]
      for (layer, name) in zip(inner, names) where try shared.stores(layer) {
        try read(layer, find(name, in: group), place + "/" + name, &shared, &reader)
      }
    }
  }

  /// The layers of each class, named as Python's snake case has it, in order.
  func byClass(_ layers: [LayerDescription]) throws(KerasError)
    -> [(name: String, layers: [LayerDescription])]
  {
    var classes: [(name: String, layers: [LayerDescription])] = []
    var places: [ByteKey: Int] = [:]
    for layer in layers where !layer.isOperation && layer.archivePlace == nil {
      let name = layer.archiveClassName
      if let place = places[ByteKey(name)] {
        classes[place].layers.append(layer)
      } else {
        places[ByteKey(name)] = classes.count
        classes.append((name, [layer]))
      }
    }
    return classes
  }

  /// The groups `name`, `name_1`, ... that hold a weight somewhere, by number.
  private func groups(of name: String, in container: ArchiveGroup) throws(KerasError) -> [String] {
    do throws(HDF5Error) {
      var found: [(number: Int, name: String)] = []
      for child in try container.names() {
        let number: Int?
        if child.isSameBytes(as: name) {
          number = 0
        } else {
          number = child.hasPrefix(name + "_") ? Int(child.dropFirst(name.count + 1)) : nil
        }
        guard let number, let group = try container.group(child), try holdsWeights(group, depth: 0) else {
          continue
        }
        found.append((number, child))
      }
      return found.sorted { $0.number < $1.number }.map(\.name)
    } catch {
      throw KerasError(path: path, reason: "\(error.object): \(error.reason)")
    }
  }

  private func holdsWeights(_ group: ArchiveGroup, depth: Int) throws(HDF5Error) -> Bool {
    // Links may lead back: models do not nest that deep.
    if depth > 32 { return false }
    for name in try group.names() {
      if try group.dataset(name) != nil { return true }
      if let inner = try group.group(name), try holdsWeights(inner, depth: depth + 1) { return true }
    }
    return false
  }

  func find(_ name: String, in group: ArchiveGroup?) throws(KerasError) -> ArchiveGroup? {
    guard let group else { return nil }
    do throws(HDF5Error) { return try group.group(name) } catch {
      throw KerasError(path: path, reason: "\(error.object): \(error.reason)")
    }
  }

  private func missing(_ layer: LayerDescription, _ place: String) -> KerasError {
    layer.identity.error("the file has no weights of it (\(place))")
  }
}

extension LayerDescription {
  /// The class as an archive names it: `Conv2DTranspose` is `conv2d_transpose`.
  var archiveClassName: String {
    switch identity.className {
    case "Model": "functional"
    // The name of the class, not that by which Keras exports it.
    case "GroupQueryAttention": "grouped_query_attention"
    // Without the package of a class that is not Keras'.
    default: snakeCase(identity.className.split(separator: ">").last.map(String.init) ?? identity.className)
    }
  }
}

/// Keras' `to_snake_case`.
func snakeCase(_ name: String) -> String {
  let letters = Array(name).filter { $0.isLetter || $0.isNumber || $0 == "_" }
  func isUpper(_ index: Int) -> Bool {
    letters.indices.contains(index) && ("A"..."Z").contains(letters[index])
  }
  func isLower(_ index: Int) -> Bool {
    letters.indices.contains(index) && ("a"..."z").contains(letters[index])
  }
  var text = ""
  for index in letters.indices {
    // A capital that begins a word, or follows a small letter.
    let startsWord = isUpper(index) && (isLower(index + 1) || isLower(index - 1))
    if startsWord, index > 0 { text += "_" }
    text += letters[index].lowercased()
  }
  return text
}
