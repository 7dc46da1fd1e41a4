import HDF5
import Inference
import JSON
import System

/// A model file opened: how the model is configured, and where its weights are.
struct ModelFile {
  private let path: String
  /// In bytes.
  private let size: Int
  /// The model's configuration, `{"class_name": ..., "config": ...}`.
  let configuration: JSONValue
  let version: KerasVersion
  private let file: HDF5File
  private let weights: Weights
  /// What Keras ran on; nil: the file does not say.
  private let backend: String?

  private enum Weights {
    case byName(LayerNameWeights)
    case byClass(ArchiveWeights)
  }

  /// Configurations are not larger, in bytes.
  static let configurationLimit = 64 << 20

  /// - Parameters:
  ///   - config: the configuration as JSON, which has precedence over the file's own, and where it is from.
  ///   - workers: the threads that share the work.
  ///   - arrival: brings the file's bytes; nil: all are there.
  ///   - verifiesWeights: whether the checksum of an archive's weights is verified.
  init(
    path: String, config: (text: [UInt8], name: String)?, workers: Workers, arrival: (any FileArrival)? = nil,
    verifiesWeights: Bool = false
  ) throws(KerasError) {
    let (kind, size) = try FileKind.of(path, arrival: arrival)
    var given: JSONValue?
    if let config { given = try ModelFile.json(config.text, config.name) }
    switch kind {
    case .hdf5: try self.init(hdf5: path, size: size, configuration: given, workers, arrival)
    case .zip:
      let archive = try KerasArchive(path: path, arrival: arrival)
      if verifiesWeights { try archive.verifyWeights() }
      try self.init(archive, path: path, size: size, configuration: given, arrival)
    case .folder:
      try self.init(KerasArchive(folder: path), path: path, size: size, configuration: given, nil)
    }
  }

  /// Opens a `.h5` file.
  private init(
    hdf5 path: String, size: Int, configuration given: JSONValue?, _ workers: Workers,
    _ arrival: (any FileArrival)?
  ) throws(KerasError) {
    var configuration = given.map { Result<JSONValue, KerasError>.success($0) }
    let version: String?
    do throws(HDF5Error) {
      file = try HDF5File(path: path, arrival: arrival)
      let root = try file.root
      try ModelFile.requestWeights(root)
      var group = root
      if let inner = try root.group("model_weights") { group = inner }
      let rootVersion = try root.string("keras_version")
      if let rootVersion { version = rootVersion } else { version = try group.string("keras_version") }
      let rootBackend = try root.string("backend")
      if let rootBackend { backend = rootBackend } else { backend = try group.string("backend") }
      let saved = given == nil ? try root.string("model_config") : nil
      weights = try ModelFile.weights(group, path, workers) {
        guard let saved else { return }
        configuration = Result { () throws(KerasError) in try ModelFile.json(Array(saved.utf8), path) }
      }
    } catch {
      throw KerasError(path: path, reason: error.reason(inside: path))
    }
    guard let configuration = try configuration?.get() else { throw ModelFile.weightsOnly(file, path) }
    self.path = path
    self.size = size
    self.configuration = configuration
    self.version = ModelFile.version(version, configuration)
  }

  /// The error of a file without a model's configuration.
  private static func weightsOnly(_ file: HDF5File, _ path: String) -> KerasError {
    let list: WeightList
    do throws(HDF5Error) { list = try WeightList(file.root) } catch {
      return KerasError(path: path, reason: error.reason(inside: path))
    }
    if list.layers.isEmpty {
      return KerasError(
        path: path, reason: "the HDF5 file is empty: it holds neither weights nor a model's configuration",
        remedy: "save the model with model.save()")
    }
    let found =
      WeightList.description(beside: path).map { "; \($0) beside it may be of the same model" } ?? ""
    return KerasError(
      path: path,
      reason:
        "the file holds weights only (\(list.summary)): the model's configuration (model_config) is missing",
      remedy: "save the whole model with model.save(), or give the configuration too: the text of "
        + "model.to_json(), in a file of its own\(found)")
  }

  /// Asks for all of a file but the optimizer's state, which Keras writes last: had each of many small structures to
  /// be waited for when it is needed, a model would take as long as hundreds of answers from the network.
  private static func requestWeights(_ root: HDF5Group) throws(HDF5Error) {
    try root.requestFile(before: ["optimizer_weights", "optimizer"])
  }

  /// Recognises which of the two layouts the weights have, and finds those of the older one.
  /// - Parameter other: work to be done meanwhile.
  private static func weights(
    _ group: HDF5Group, _ path: String, _ workers: Workers, besides other: () -> Void
  ) throws(HDF5Error) -> Weights {
    guard try isArchive(group) else {
      return .byName(LayerNameWeights(group, path: path, workers: workers, besides: other))
    }
    other()
    return .byClass(ArchiveWeights(group: try ArchiveGroup(root: group), path: path))
  }

  private static func isArchive(_ group: HDF5Group) throws(HDF5Error) -> Bool {
    for name in ["layer_names", "layer_names0"] where try group.attribute(name) != nil { return false }
    let archive = try ArchiveGroup(root: group)
    for name in ArchiveWeights.containers where try archive.group(name) != nil { return true }
    return false
  }

  /// Opens a `.keras` archive, whose weights are read where they lie.
  private init(
    _ archive: KerasArchive, path: String, size: Int, configuration given: JSONValue?,
    _ arrival: (any FileArrival)?
  ) throws(KerasError) {
    let place = try archive.weights()
    do throws(HDF5Error) {
      file = try HDF5File(path: place.path, offset: place.offset, length: place.length, arrival: arrival)
      let root = try file.root
      try ModelFile.requestWeights(root)
      weights = .byClass(ArchiveWeights(group: try ArchiveGroup(root: root), path: path))
    } catch {
      throw KerasError(path: path, reason: "model.weights.h5: " + error.reason(inside: path))
    }
    let metadata = try archive.entry("metadata.json").map { bytes throws(KerasError) in
      try ModelFile.json(bytes, path)
    }
    if let given {
      configuration = given
    } else if let bytes = try archive.entry("config.json") {
      configuration = try ModelFile.json(bytes, path)
    } else {
      throw KerasError(
        path: path, reason: "the archive has no config.json", remedy: "save the model with model.save()")
    }
    self.path = path
    self.size = size
    backend = nil
    version = ModelFile.version(metadata?["keras_version"]?.string, configuration)
  }

  /// Reads all weights of the model.
  func read(_ model: ModelDescription) throws(KerasError) -> WeightReader {
    var reader = WeightReader(
      file: file, size: size, conversion: KernelConversion(version: version, backend: backend))
    switch weights {
    case .byName(let weights): try weights.read(model, into: &reader)
    case .byClass(let weights): try weights.read(model, into: &reader)
    }
    return reader
  }

  /// Parses a configuration, also one that is a string of JSON within JSON: `json.dump(model.to_json(), file)`.
  private static func json(_ bytes: [UInt8], _ path: String) throws(KerasError) -> JSONValue {
    do throws(JSONError) {
      let value = try JSONValue(bytes)
      guard let text = value.string else { return value }
      return try JSONValue(text: text)
    } catch {
      throw KerasError(path: path, reason: "the model's configuration is not JSON: \(error)")
    }
  }

  /// The version that the file states, or else what the configuration looks like.
  private static func version(_ text: String?, _ configuration: JSONValue) -> KerasVersion {
    if let text = text ?? configuration["keras_version"]?.string { return KerasVersion(text) }
    if Keras1.wrote(configuration) { return KerasVersion(major: 1) }
    return KerasVersion(major: configuration["module"] == nil ? 2 : 3)
  }
}

extension HDF5Group {
  /// An attribute that is one string.
  func string(_ name: String) throws(HDF5Error) -> String? { try attribute(name)?.strings().first }
}

extension HDF5Error {
  /// What a ``KerasError`` of the same file says.
  func reason(inside file: String) -> String { object.isEmpty ? reason : "\(object): \(reason)" }
}
