import HDF5
import System

// What an archive has of a layer beyond what its class and configuration need: it would be left out without a word, and
// the layer is probably something else than its name says, or quantized in a way that is not read.

extension ArchiveWeights {
  /// What the file has of each kernel within an attention layer.
  func savedKernels(_ layer: LayerDescription, _ group: ArchiveGroup?) throws(KerasError) -> KernelVariables {
    guard LayerClass.multiHeadAttention[layer.className] != nil, let group else { return .plain }
    let hasBias = try layer.configuration.bool("use_bias", default: true)
    do throws(HDF5Error) {
      var query = try group.group("query_dense/vars")
      if query == nil { query = try group.group("_query_dense/vars") }
      return KernelVariables(beside: (try query?.names().count ?? 0) - (hasBias ? 2 : 1))
    } catch {
      throw layer.identity.error("\(error.object): \(error.reason)")
    }
  }

  /// Refuses a layer of which the file has more variables than it needs.
  /// - Parameter needed: the paths below the layer's group of those that it needs.
  func refuseOthers(_ layer: LayerDescription, _ group: ArchiveGroup, than needed: Set<ByteKey>)
    throws(KerasError)
  {
    let found: [String]
    do throws(HDF5Error) { found = try variables(of: group, depth: 0) } catch {
      throw layer.identity.error("\(error.object): \(error.reason)")
    }
    let others = found.filter { !needed.contains(ByteKey($0)) }
    if others.isEmpty { return }
    throw layer.identity.error(
      "the file has \(found.count) variables of it, and its configuration does not need \(others.listed): it "
        + "needs \(needed.isEmpty ? "none" : needed.map(\.text).sorted().listed)",
      remedy: "if the model was quantized, save it before, or quantize it to int8 or int4")
  }

  /// Refuses a model of which the file has other layers than a library makes of its arguments: another version of it
  /// wrote the file, whose layers may compute something else.
  func refuseOtherLayers(
    _ layers: [LayerDescription], _ group: ArchiveGroup, _ library: String, _ identity: LayerIdentity
  ) throws(KerasError) {
    guard let container = try find(ArchiveWeights.containers[0], in: group) else { return }
    let found: Set<ByteKey>
    do throws(HDF5Error) { found = Set(try container.names().map { ByteKey($0) }) } catch {
      throw identity.error("\(error.object): \(error.reason)")
    }
    var expected: Set<ByteKey> = []
    var hasAll = false
    // The input of a part of a model may be that of the model.
    for (name, layers) in try byClass(layers) where name != "input_layer" {
      for (place, layer) in layers.enumerated() {
        let key = ByteKey(ArchiveWeights.counted(name, place))
        expected.insert(key)
        // Layers without weights have groups too, unless none has.
        if layer.children.isEmpty, found.contains(key), try layer.ownWeights().isEmpty { hasAll = true }
      }
    }
    let others = found.subtracting(expected.union([ByteKey("input_layer")])).union(
      hasAll ? expected.subtracting(found) : [])
    if others.isEmpty { return }
    throw identity.error(
      "the file and what \(library) makes of its arguments differ in the layers \(others.map(\.text).sorted().listed): "
        + "another version of \(library) wrote the file",
      remedy: HubArguments.remedy)
  }

  /// The paths of all variables of a layer, but for the states of random generators.
  private func variables(of group: ArchiveGroup, depth: Int) throws(HDF5Error) -> [String] {
    // Links may lead back: layers do not nest that deep.
    if depth > 4 { return [] }
    var paths: [String] = []
    for name in try group.names() where !name.hasSuffix("generator") {
      if let inner = try group.group(name) {
        for path in try variables(of: inner, depth: depth + 1) { paths.append(name + "/" + path) }
      } else if try group.dataset(name) != nil {
        paths.append(name)
      }
    }
    return paths
  }
}
