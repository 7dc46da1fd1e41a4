import HDF5
import Inference
import System

/// A layer as a file of ``LayerNameWeights`` lists it.
struct SavedLayer {
  let name: String
  /// In the file's order, each where it lies; nil: the file lists it, but does not hold it.
  let weights: [(name: String, dataset: Result<HDF5Dataset?, HDF5Error>)]

  /// How many layers a thread takes at a time.
  private static let grain = 8

  /// All layers of a file.
  /// - Parameters:
  ///   - group: the one that holds the layers' groups.
  ///   - path: the model file, for messages.
  ///   - workers: the threads that share the work.
  ///   - other: work to be done meanwhile.
  static func list(in group: HDF5Group, _ path: String, _ workers: Workers, besides other: () -> Void)
    -> Result<[SavedLayer], KerasError>
  {
    let names: [String]
    do throws(KerasError) { names = try strings("layer_names", of: group, path) ?? [] } catch {
      other()
      return .failure(error)
    }
    var layers = [Result<SavedLayer, KerasError>?](repeating: nil, count: names.count)
    layers.withUnsafeMutableBufferPointer { layers in
      workers.forEach(1 + (names.count + grain - 1) / grain) { part in
        if part == 0 { return other() }
        for index in (part - 1) * grain..<min(part * grain, names.count) {
          layers[index] = Result { () throws(KerasError) in try SavedLayer(names[index], of: group, path) }
        }
      }
    }
    return Result { () throws(KerasError) in
      var list: [SavedLayer] = []
      for layer in layers { if let layer { list.append(try layer.get()) } }
      return list
    }
  }

  private init(_ name: String, of group: HDF5Group, _ path: String) throws(KerasError) {
    self.name = name
    let layerGroup: HDF5Group?
    do throws(HDF5Error) { layerGroup = try group.group(name) } catch { throw Self.error(error, path) }
    guard let layerGroup else {
      throw KerasError(
        path: path, layer: name, reason: "the file lists the layer, but holds no group for it")
    }
    var folder: Folder?
    var weights: [(name: String, dataset: Result<HDF5Dataset?, HDF5Error>)] = []
    // States of random generators are not needed here.
    for weight in try Self.strings("weight_names", of: layerGroup, path) ?? []
    where !Self.isGeneratorState(weight) {
      let dataset = Result { () throws(HDF5Error) in try Self.dataset(weight, of: layerGroup, &folder) }
      weights.append((weight, dataset))
    }
    self.weights = weights
  }

  private static func isGeneratorState(_ weight: String) -> Bool {
    let slash = weight.utf8.lastIndex(of: UInt8(ascii: "/"))
    let name = weight[(slash.map(weight.utf8.index(after:)) ?? weight.startIndex)...]
    return name.hasPrefix("StateVar") || name.hasPrefix("seed_generator_state")
  }

  /// A group on the way to weights.
  private typealias Folder = (path: Substring, group: HDF5Group)

  /// The dataset at a path below a layer's group.
  /// - Parameter folder: where the layer's last weight lay: mostly the next one lies there too, and finding the
  ///   way again would be half of the work.
  private static func dataset(_ path: String, of group: HDF5Group, _ folder: inout Folder?) throws(HDF5Error)
    -> HDF5Dataset?
  {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else {
      return try group.dataset(path)
    }
    if folder?.path.isSameBytes(as: path[..<slash]) != true {
      folder = try group.group(String(path[..<slash])).map { (path[..<slash], $0) }
    }
    return try folder?.group.dataset(String(path[path.index(after: slash)...]))
  }

  /// A list of strings that Keras cuts into `name0`, `name1`, ... where it is too long for one attribute.
  private static func strings(_ name: String, of group: HDF5Group, _ path: String) throws(KerasError)
    -> [String]?
  {
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
      throw self.error(error, path)
    }
  }

  private static func error(_ error: HDF5Error, _ path: String) -> KerasError {
    KerasError(path: path, reason: "\(error.object): \(error.reason)")
  }
}
