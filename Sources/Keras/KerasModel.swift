import Inference
import JSON
import System

/// A model file of Keras, read into a graph.
public struct KerasModel: Sendable {
  /// The major versions of Keras, standalone and within TensorFlow, whose files are read.
  public static let kerasVersions = 1...3

  /// The file.
  public let path: String
  /// The model's name in Keras.
  public let name: String
  /// The Keras that wrote the file, e.g. `2.2.4-tf`; empty where the file does not say.
  public let kerasVersion: String
  /// What the model computes; its weights are borrowed from the mapped file where possible.
  public let graph: Graph
  /// How the model's own preprocessor resizes images, which it leaves to its user here; nil: it has none. What the
  /// preprocessor computes of them then is part of the graph.
  public let resizing: ImageResizing?
  /// The layers, in the file's order; a nested model is one of them.
  public let layers: [LayerSummary]

  /// Reads a `.h5`, `.hdf5` or `.keras` file, or a folder into which a `.keras` file was unpacked; the content decides
  /// which it is, not the name.
  /// - Parameters:
  ///   - path: the file.
  ///   - config: a JSON file that describes the model (what `model.to_json()` gives), for a file that holds
  ///     weights only. It has precedence over a description in the file.
  ///   - workers: the threads that share the work.
  ///   - arrival: brings the bytes of a file that is still arriving but has its full size already; nil: all are
  ///     there. Only what the model needs is asked for, and all of it is there when this returns.
  ///   - verifiesWeights: whether the checksum of a `.keras` archive's weights is verified, see below.
  ///   - customObjects: what is known of classes that the file names but does not hold.
  /// - Throws: ``KerasError`` when the file is damaged or does not arrive, or the model is not one that can be built.
  public init(
    path: String, config: String? = nil, workers: Workers = Workers(count: 1),
    arrival: (any FileArrival)? = nil, verifiesWeights: Bool = false,
    customObjects: CustomObjects = CustomObjects()
  ) throws(KerasError) {
    var text: (text: [UInt8], name: String)?
    if let config {
      let bytes = try FileBytes.read(config, limit: ModelFile.configurationLimit, whole: true).bytes
      text = (bytes, config)
    }
    try self.init(
      path: path, config: text, workers: workers, arrival: arrival, verifiesWeights: verifiesWeights,
      customObjects: customObjects)
  }

  /// Whether a path is that of a folder into which a `.keras` file was unpacked: such a folder is read like the file.
  public static func isUnpacked(_ path: String) -> Bool { KerasArchive.isFolder(path) }

  /// The files that make up a model: those of the folder into which a `.keras` file was unpacked, or the one file.
  public static func files(of path: String) -> [String] { KerasArchive.files(of: path) }

  /// Whether a path is that of a model, not of any other file: by its content, or by its name where the content does
  /// not show it.
  public static func isModel(_ path: String) -> Bool {
    let names = [".keras", ".h5", ".hdf5", ".tflite"]
    return isUnpacked(path) || FileKind.isKnown(path) || names.contains(where: path.lowercased().hasSuffix)
  }

  /// Reads a model file, as above.
  /// - Parameters:
  ///   - config: the JSON text that describes the model, and its name in errors; nil: the file does.
  ///   - workers: the threads that share the work.
  ///   - arrival: brings the bytes of a file that is still arriving.
  ///   - verifiesWeights: whether the checksum that a `.keras` archive has of its weights is verified, which takes a
  ///     read of them all. Files of other kinds have none.
  ///   - customObjects: what is known of classes that the file names but does not hold.
  public init(
    path: String, config: (text: [UInt8], name: String)?, workers: Workers, arrival: (any FileArrival)? = nil,
    verifiesWeights: Bool = false, customObjects: CustomObjects = CustomObjects()
  ) throws(KerasError) {
    let file = try ModelFile(
      path: path, config: config, workers: workers, arrival: arrival, verifiesWeights: verifiesWeights)
    var parser = ModelParser(file: path, version: file.version, customObjects: customObjects)
    let model = try parser.model(file.configuration)
    if let refusal = KerasError(parser.refusals) { throw refusal }
    if let unknown = customObjects.lambdas.keys.sorted().first(where: { !parser.lambdas.contains($0) }) {
      throw KerasError(
        path: path,
        reason: "a function is named for the Lambda layer \"\(unknown)\", which the model does not have")
    }
    let weights = try file.read(model)
    try model.checkAttention(weights)
    var builder = GraphBuilder(weights: weights)
    try builder.build(model, file: path)
    self.path = path
    name = model.name
    kerasVersion = file.version.text
    resizing = parser.resizing
    graph = builder.graph
    layers = builder.summaries(model)
  }
}
