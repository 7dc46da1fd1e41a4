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
}
