import JSON
import Keras

extension ConfigurationType<[String: CustomObjects.Substitute]> {
  /// An object with a class for each member's name.
  static let classes = Self(
    read: { value, place throws(ConfigurationError) in
      guard let members = value.object?.members else { throw value.isNot("an object {...}", place) }
      var classes: [String: CustomObjects.Substitute] = [:]
      for member in members {
        classes[member.name] = try CustomObjects.Substitute(member.value, place[member.name])
      }
      return classes
    },
    write: { classes in
      let members = classes.sorted { $0.key < $1.key }
      return .object(
        JSONObject(members.map { JSONObject.Member(name: $0.key, value: $0.value.canonical) }))
    })
}

extension ConfigurationType<[String: String]> {
  /// An object with the full name of a function for each member's name.
  static let functions = Self(
    read: { value, place throws(ConfigurationError) in
      guard let members = value.object?.members else { throw value.isNot("an object {...}", place) }
      var functions: [String: String] = [:]
      for member in members { functions[member.name] = try member.value.text(place[member.name]) }
      return functions
    },
    write: { functions in
      let members = functions.sorted { $0.key < $1.key }
      return .object(JSONObject(members.map { JSONObject.Member(name: $0.key, value: .string($0.value)) }))
    })
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
