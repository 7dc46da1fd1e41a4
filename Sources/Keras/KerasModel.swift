import Inference

/// A model file of Keras, read into a graph.
public struct KerasModel: Sendable {
  /// The file.
  public let path: String
  /// The model's name in Keras.
  public let name: String
  /// The Keras that wrote the file, e.g. `2.2.4-tf`; empty where the file does not say.
  public let kerasVersion: String
  /// What the model computes; its weights are borrowed from the mapped file where possible.
  public let graph: Graph
  /// The layers, in the file's order; a nested model is one of them.
  public let layers: [LayerSummary]

  /// Reads a `.h5`, `.hdf5` or `.keras` file; the content decides which it is, not the name.
  /// - Parameter config: a JSON file that describes the model (`model.to_json()`), for a file that holds
  ///   weights only.
  public init(path: String, config: String? = nil) throws(KerasError) {
    throw KerasError(path: path, reason: "reading models is under construction")
  }
}
