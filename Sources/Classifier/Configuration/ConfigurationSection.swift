import JSON

/// An object of `thimble.json` whose keys are declared. Only this file sees what is in such an object, so that
/// nothing is read that is not declared.
protocol ConfigurationSection {
  /// With the default of every key.
  init()
  /// In the order in which they are listed and digested.
  static var keys: [ConfigurationKey<Self>] { get }
  /// Looks at what several keys say together.
  func check(_ place: ConfigurationPlace) throws(ConfigurationError)
}

extension ConfigurationSection {
  func check(_ place: ConfigurationPlace) throws(ConfigurationError) {}

  init(_ value: JSONValue, _ place: ConfigurationPlace) throws(ConfigurationError) {
    try self.init(section: value, place)
  }

  /// - Throws: when `value` is not an object, has a key that is unknown, or lacks one that is needed.
  init(section value: JSONValue, _ place: ConfigurationPlace) throws(ConfigurationError) {
    guard let members = value.object?.members else {
      throw place.error("an object {...} should be here, not \(value.kind)")
    }
    let names = Self.keys.map(\.name)
    for member in members where !names.contains(member.name) {
      throw place[member.name].error("there is no such key; " + nearest(member.name, of: names))
    }
    self.init()
    for key in Self.keys {
      let value = members.first { $0.name == key.name }?.value
      try key.read(value == .null ? nil : value, place[key.name], &self)
    }
    try check(place)
  }

  /// All that results depend on, defaults included, so that layout and comments play no part.
  var canonical: JSONValue { .object(JSONObject(canonicalMembers)) }

  var canonicalMembers: [JSONObject.Member] {
    Self.keys.compactMap { key in
      let value = key.canonical(self)
      switch key.effect {
      case .none: return nil
      case .resultsUnlessDefault where value == key.canonical(Self()): return nil
      case .results, .resultsUnlessDefault: return JSONObject.Member(name: key.name, value: value)
      }
    }
  }

  /// For README's table; a section within is listed by its keys.
  static var rows: [ConfigurationRow] {
    keys.flatMap { key in (key.row.text.isEmpty ? [] : [key.row]) + key.parts }
  }
}
