import Digests
import JSON
import S3
import System

/// A `thimble.json`: which models look at an image, and where their results are written.
public struct Configuration: Sendable, Equatable {
  /// Whether an object that does not exist counts as failed.
  public enum Gone: String, Sendable, CaseIterable {
    case succeed, fail
  }

  public var models: [ModelConfiguration]
  public var write: WriteConfiguration
  public var gone: Gone

  public init(
    models: [ModelConfiguration], write: WriteConfiguration = WriteConfiguration(), gone: Gone = .succeed
  ) {
    self.models = models
    self.write = write
    self.gone = gone
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
    self = try Configuration(value, ConfigurationPlace(file: file))
  }

  /// A line for each key that there is.
  public static var table: [ConfigurationRow] { rows }

  /// Two results must never be written to one name.
  private func checkNames(_ place: ConfigurationPlace) throws(ConfigurationError) {
    var owners = [Marker.name: "the marker of finished work"]
    for (index, model) in models.enumerated() {
      for name in ResultNames(model: model.name, prefix: write.prefix).all {
        if let owner = owners[name] {
          throw place["models"][index]["name"].error(
            "\"\(model.name)\" would be written to \(name), which is \(owner)'s")
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
      models.map { [$0.canonical, .string(fingerprints[$0.name] ?? "")] }
        + canonicalMembers.filter { $0.name != Keys.models.name }.map(\.value))
    return String(
      Digest.sha256(JSONValue.array(names.map(JSONValue.string)).text.utf8).hex.prefix(4)
        + Digest.sha256(settings.text.utf8).hex.prefix(12))
  }
}

extension Configuration: ConfigurationSection {
  enum Keys {
    static let models = ConfigurationKey<Configuration>("models", \.models, .models, .results)
    static let write = ConfigurationKey<Configuration>("write", \.write, .section, .results)
    static let gone = ConfigurationKey<Configuration>(
      "gone", \.gone, .word, .none,
      text: """
        what happens if an object does not exist: `"succeed"`, because it was deleted after its event; `"fail"`, for a job of \
        S3 Batch Operations whose list must be complete
        """, fallback: "`\"succeed\"`")
  }

  static let keys = [Keys.models, Keys.write, Keys.gone]

  init() { self.init(models: []) }

  func check(_ place: ConfigurationPlace) throws(ConfigurationError) {
    guard !models.isEmpty else { throw place["models"].error("at least one model is needed") }
    try checkNames(place)
  }
}

extension ConfigurationType<[ModelConfiguration]> {
  fileprivate static let models = Self(
    read: { value, place throws(ConfigurationError) in
      var models: [ModelConfiguration] = []
      for (index, value) in try value.items(place).enumerated() {
        models.append(try ModelConfiguration(value, place[index]))
      }
      return models
    }, write: { .array($0.map(\.canonical)) }, parts: ModelConfiguration.rows, isList: true)
}
