import JSON

/// A key of `thimble.json`, with all that is to be known of it. From these declarations come the reading, the
/// keys that are known, the form that digests are made of (``Marker``), README's table and the help of the command
/// line's options that mean the same.
public struct ConfigurationKey<Section>: Sendable {
  /// Whether results depend on a key, so that objects are looked at again when its value changes.
  enum Effect {
    case none
    case results
    /// As `results`, of a key that is younger than the first markers: where it has its default it is left out of what
    /// is digested, so that those stay valid.
    case resultsUnlessDefault
  }

  let name: String
  let effect: Effect
  let row: ConfigurationRow
  /// The rows of the section that is its value.
  let parts: [ConfigurationRow]
  /// Sets the section's property; nil: the key is not there.
  let read: @Sendable (JSONValue?, ConfigurationPlace, inout Section) throws(ConfigurationError) -> Void
  /// The property's value in the one form that all spellings of it have.
  let canonical: @Sendable (Section) -> JSONValue

  /// - Parameters:
  ///   - text: what it means and what may be there, in README's Markdown; empty: its parts say it.
  ///   - fallback: what holds without it, for README; nil: it must be there.
  ///   - canonical: nil: the property as its type writes it.
  init<Value>(
    _ name: String, _ property: WritableKeyPath<Section, Value> & Sendable, _ type: ConfigurationType<Value>,
    _ effect: Effect, text: String = "", fallback: String? = "",
    canonical: (@Sendable (Section) -> JSONValue)? = nil
  ) {
    self.name = name
    self.effect = effect
    row = ConfigurationRow(
      place: name, text: text, fallback: fallback ?? "needed", changesResults: effect != .none)
    parts = type.parts.map { $0.inside(type.isList ? name + "[]" : name, changesResults: effect != .none) }
    read = { value, place, section throws(ConfigurationError) in
      if let value {
        section[keyPath: property] = try type.read(value, place)
      } else if fallback == nil {
        throw place.error("this is needed")
      }
    }
    self.canonical = canonical ?? { type.write($0[keyPath: property]) }
  }

  /// What the command line's help says of an option that means the same.
  public var help: String {
    let text = "\(row.text). Default: \(row.fallback).".filter { $0 != "`" }
    return text.prefix(1).uppercased() + text.dropFirst()
  }
}

/// A line of README's table of keys.
public struct ConfigurationRow: Sendable, Equatable {
  /// `models[].input.size`
  public var place: String
  public var text: String
  public var fallback: String
  public var changesResults: Bool

  /// The same row within a section of that name.
  func inside(_ section: String, changesResults: Bool) -> ConfigurationRow {
    ConfigurationRow(
      place: "\(section).\(place)", text: text, fallback: fallback,
      changesResults: self.changesResults && changesResults)
  }
}
