/// The place of something in a configuration, for errors.
struct ConfigurationPlace: Sendable {
  let file: String
  /// `models[0].input.resize`; empty: the whole file.
  var path = ""

  subscript(key: String) -> ConfigurationPlace {
    ConfigurationPlace(file: file, path: path.isEmpty ? key : "\(path).\(key)")
  }

  subscript(index: Int) -> ConfigurationPlace { ConfigurationPlace(file: file, path: "\(path)[\(index)]") }

  func error(_ reason: String) -> ConfigurationError {
    ConfigurationError(file: file, place: path, reason: reason)
  }
}
