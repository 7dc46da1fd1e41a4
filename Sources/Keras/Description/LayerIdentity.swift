/// Which layer of which file: what every message about a layer begins with.
struct LayerIdentity: Sendable {
  /// The model file.
  let file: String
  /// The layer's name after those of the nested models and wrappers it lies in: `mobilenet/Conv1`.
  let path: String
  /// As the file names it.
  let className: String

  func error(_ reason: String, remedy: String? = nil) -> KerasError {
    KerasError(path: file, layer: path, className: className, reason: reason, remedy: remedy)
  }

  /// What to do about a class that is not known.
  var classRemedy: String {
    "build the model with layers of keras.layers or keras.ops instead and save it again; or, if the class computes "
      + "what a known one does, name that: \"classes\": {\"\(className)\": \"...\"} in thimble.json, or --class "
      + "\(className)=..."
  }
}
