import JSON
import Keras

extension ConfigurationType {
  /// An object with a value of a type for each member's name.
  static func members<Member>(_ type: ConfigurationType<Member>) -> Self where Value == [String: Member] {
    Self(
      read: { value, place throws(ConfigurationError) in
        guard let members = value.object?.members else { throw value.isNot("an object {...}", place) }
        var values: [String: Member] = [:]
        for member in members { values[member.name] = try type.read(member.value, place[member.name]) }
        return values
      },
      write: { values in
        let members = values.sorted { $0.key < $1.key }
        return .object(
          JSONObject(members.map { JSONObject.Member(name: $0.key, value: type.write($0.value)) }))
      })
  }
}

extension ConfigurationType<CustomObjects.Substitute> {
  /// A class' name, or `{"class": name, "config": {...}}`.
  static let substitute = Self(
    read: { value, place throws(ConfigurationError) in try CustomObjects.Substitute(value, place) },
    write: { $0.canonical })
}

extension CustomObjects.Substitute: ConfigurationSection {
  static let keys = [
    ConfigurationKey<Self>("class", \.className, .className, .results, fallback: nil),
    ConfigurationKey<Self>("config", \.config, .object, .results),
  ]

  init() { self.init(className: "") }

  /// Reads a class' name, or `{"class": name, "config": {...}}`.
  fileprivate init(_ value: JSONValue, _ place: ConfigurationPlace) throws(ConfigurationError) {
    if value.object == nil {
      self.init(className: try ConfigurationType.className.read(value, place))
    } else {
      try self.init(section: value, place)
    }
  }

  /// Reads what the command line has behind `NAME=`.
  public init(option text: String, of name: String) throws(ConfigurationError) {
    let place = ConfigurationPlace(file: "--class \(name)")
    guard text.hasPrefix("{") else {
      try self.init(.string(text), place)
      return
    }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(text.utf8, dialect: .json5)
    } catch {
      throw place.error("\(error)")
    }
    try self.init(value, place)
  }
}

extension ConfigurationType<String> {
  /// A class that is known.
  fileprivate static let className = Self(
    read: { value, place throws(ConfigurationError) in
      guard let name = value.string else { throw value.isNot("a class' name, or an object,", place) }
      let known = CustomObjects.knownClasses
      if known.contains(name) { return name }
      throw place.error("no class \"\(name)\" is known; " + nearest(name, of: known))
    }, write: { .string($0) })
}

extension ConfigurationType<JSONObject> {
  fileprivate static let object = Self(
    read: { value, place throws(ConfigurationError) in
      guard let object = value.object else { throw value.isNot("an object {...}", place) }
      return object
    }, write: { .object($0) })
}
