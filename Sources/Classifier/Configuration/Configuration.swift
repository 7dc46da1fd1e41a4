import JSON
import S3

/// A `thimble.json`: which models look at an image, and where their results are written.
public struct Configuration: Sendable, Equatable {
  public var models: [ModelConfiguration]
  public var write: WriteConfiguration

  public init(models: [ModelConfiguration], write: WriteConfiguration = WriteConfiguration()) {
    self.models = models
    self.write = write
  }

  /// Reads a configuration and checks every value in it.
  /// - Parameters:
  ///   - json: the file's bytes: JSON or JSON5.
  ///   - file: its name, for messages.
  public init(json: some Collection<UInt8>, file: String) throws(ConfigurationError) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(json, dialect: .json5)
    } catch {
      throw ConfigurationError(file: file, reason: "\(error)")
    }
    let section = try ConfigurationSection(value, file: file, place: "", keys: ["models", "write"])
    models = []
    for item in try section.list("models") {
      models.append(try ModelConfiguration(item.value, file: file, place: item.place))
    }
    guard !models.isEmpty else { throw section.error("models", "at least one model is needed") }
    write =
      try section.value("write").map { value throws(ConfigurationError) in
        try WriteConfiguration(value, file: file, place: "write")
      } ?? WriteConfiguration()
    try checkNames(section)
  }

  /// Two results must never be written to one name.
  private func checkNames(_ section: ConfigurationSection) throws(ConfigurationError) {
    var owners = [Marker.name: "the marker of finished work"]
    for (index, model) in models.enumerated() {
      for name in ResultNames(model: model.name, prefix: write.prefix).all {
        if let owner = owners[name] {
          throw section.error(
            "models[\(index)].name", "\"\(model.name)\" would be written to \(name), which is \(owner)'s")
        }
        owners[name] = "model \"\(model.name)\""
      }
    }
  }

  /// A short text that changes when a setting does that results depend on; the same on every machine.
  public var digest: String { digest(of: models, fingerprints: [:]) }

  /// The digest for an object that these of the models look at, see ``Marker``: first the names that the
  /// configuration writes, then the settings, defaults included, so that layout and comments play no part.
  /// - Parameter fingerprints: by model, what else its results depend on.
  func digest(of models: [ModelConfiguration], fingerprints: [String: String]) -> String {
    let names = self.models.map { write.prefix + $0.name }.sorted()
    let settings = JSONValue.array(
      models.map { [$0.canonical, .string(fingerprints[$0.name] ?? "")] } + [write.canonical])
    return String(
      Digest.sha256(JSONValue.array(names.map(JSONValue.string)).text.utf8).hex.prefix(4)
        + Digest.sha256(settings.text.utf8).hex.prefix(12))
  }
}
