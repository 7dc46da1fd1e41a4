import Glibc
import HDF5

/// What a file holds that has weights only: its user is to find out which model they belong to.
public struct WeightList: Sendable {
  /// The weights of one layer.
  public struct Layer: Sendable {
    /// Its name, or in a `.weights.h5` file its class and number, after those of the models it lies in.
    public let name: String
    /// The shapes of its weights, in the file's order.
    public internal(set) var shapes: [[Int]]
  }

  /// In the file's order.
  public private(set) var layers: [Layer] = []

  /// Lists a file of weights.
  /// - Returns: nil when the file is not an HDF5 file, or holds a model's configuration too.
  /// - Throws: ``KerasError`` when the file cannot be read.
  public init?(path: String) throws(KerasError) {
    guard !KerasArchive.isFolder(path), try FileKind.of(path, arrival: nil).kind == .hdf5 else { return nil }
    do throws(HDF5Error) {
      let root = try HDF5File(path: path).root
      if try root.attribute("model_config") != nil { return nil }
      try self.init(root)
    } catch {
      throw KerasError(path: path, reason: error.reason(inside: path))
    }
  }

  init(_ root: HDF5Group) throws(HDF5Error) {
    var seen: Set<Int> = []
    try add(root, [], &seen)
  }

  /// Groups that are not layers, but hold them or parts of them.
  private static let containers: Set = ["model_weights", "layers", "_layer_checkpoint_dependencies", "vars"]
  private static let optimizers: Set = ["optimizer", "optimizer_weights"]

  private mutating func add(_ group: HDF5Group, _ names: [String], _ seen: inout Set<Int>) throws(HDF5Error) {
    // Links may lead back.
    guard seen.insert(group.identity).inserted, names.count < 32 else { return }
    for name in try group.names() {
      switch try group.child(name) {
      case .dataset(let dataset):
        let layer = names.isEmpty ? name : names.joined(separator: "/")
        if layers.last?.name != layer { layers.append(Layer(name: layer, shapes: [])) }
        layers[layers.count - 1].shapes.append(dataset.shape)
      case .group(let inner):
        if names.isEmpty, Self.optimizers.contains(name) { continue }
        // Keras 2 joins names by `\` on Windows, and repeats a layer's name within its group.
        let parts = name.split(separator: "\\").map { String($0) }
        let further = parts.filter { !Self.containers.contains($0) && $0 != names.last }
        try add(inner, names + further, &seen)
      case nil, .some: continue
      }
    }
  }

  /// The first layers, for messages.
  var summary: String {
    let shown = layers.prefix(4).map {
      "\($0.name) \($0.shapes.prefix(4).map(\.text).joined(separator: " "))"
    }
    let rest = layers.count > shown.count ? ", and \(layers.count - shown.count) more" : ""
    return shown.joined(separator: ", ") + rest
  }

  /// What lies beside a file and may describe the model that the weights belong to; nil: nothing that is known.
  static func description(beside path: String) -> String? {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
    let stem = name.prefix { $0 != "." }
    let candidates = ["\(stem).json", "model.json", "config.json", "\(stem).keras", "model.keras"]
    return candidates.first { access(folder + $0, F_OK) == 0 }
  }
}
