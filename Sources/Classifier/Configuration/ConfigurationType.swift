import JSON

/// The values that a key of `thimble.json` may have.
struct ConfigurationType<Value>: Sendable {
  let read: @Sendable (JSONValue, ConfigurationPlace) throws(ConfigurationError) -> Value
  /// The one form of a value that may be spelt in several ways.
  let write: @Sendable (Value) -> JSONValue
  /// The keys of a section, for README.
  var parts: [ConfigurationRow] = []
  /// Whether it is a list of such sections.
  var isList = false
}

extension ConfigurationType where Value: ConfigurationSection {
  static var section: Self {
    Self(
      read: { value, place throws(ConfigurationError) in try Value(value, place) }, write: { $0.canonical },
      parts: Value.rows)
  }
}

extension ConfigurationType {
  /// A type whose value may also be missing, which is written as null.
  static func optional<Wrapped>(_ type: ConfigurationType<Wrapped>) -> Self where Value == Wrapped? {
    Self(
      read: { value, place throws(ConfigurationError) in try type.read(value, place) },
      write: { $0.map(type.write) ?? .null }, parts: type.parts)
  }
}

extension ConfigurationType where Value: RawRepresentable<String> & CaseIterable {
  /// One of an enumeration's words.
  static var word: Self {
    Self(
      read: { value, place throws(ConfigurationError) in
        let text = try value.text(place)
        guard let word = Value(rawValue: text) else {
          let known = Value.allCases.map(\.rawValue)
          throw place.error("there is no \"\(text)\"; " + nearest(text, of: known))
        }
        return word
      }, write: { .string($0.rawValue) })
  }
}

extension ConfigurationType where Value: RawRepresentable<Int> & CaseIterable {
  /// One of an enumeration's numbers.
  static var number: Self {
    Self(
      read: { value, place throws(ConfigurationError) in
        guard let number = value.integer.flatMap(Value.init(rawValue:)) else {
          let known = Value.allCases.map { String($0.rawValue) }.joined(separator: " or ")
          throw place.error("\(known) should be here")
        }
        return number
      }, write: { .integer($0.rawValue) })
  }
}

extension ConfigurationType<Bool> {
  static let flag = Self(
    read: { value, place throws(ConfigurationError) in
      guard let flag = value.bool else { throw value.isNot("true or false", place) }
      return flag
    }, write: { .bool($0) })
}

extension ConfigurationType<Int> {
  static func whole(from least: Int) -> Self {
    Self(
      read: { value, place throws(ConfigurationError) in
        guard value.real != nil else { throw value.isNot("a number", place) }
        guard let number = value.integer, number >= least else {
          throw place.error("a whole number of at least \(least) should be here")
        }
        return number
      }, write: { .integer($0) })
  }
}

extension ConfigurationType<Double> {
  /// From 0 to 1.
  static let share = Self(
    read: { value, place throws(ConfigurationError) in
      guard let number = value.real else { throw value.isNot("a number", place) }
      guard (0...1).contains(number) else { throw place.error("a number from 0 to 1 should be here") }
      return number
    }, write: { .real($0) })
}

extension ConfigurationType<String> {
  /// - Parameter problem: what is wrong with a text; nil: nothing.
  static func string(_ problem: @escaping @Sendable (String) -> String?) -> Self {
    Self(
      read: { value, place throws(ConfigurationError) in
        let text = try value.text(place)
        if let problem = problem(text) { throw place.error(problem) }
        return text
      }, write: { .string($0) })
  }
}

extension ConfigurationType<[String]> {
  /// A string, or a list of them; none may be empty.
  static let strings = Self(
    read: { value, place throws(ConfigurationError) in
      var texts: [String] = []
      for value in value.array ?? [value] {
        guard let text = value.string else { throw value.isNot("a string or a list of strings", place) }
        guard !text.isEmpty else { throw place.error("an empty string matches every key: leave it out") }
        texts.append(text)
      }
      guard !texts.isEmpty else { throw place.error("an empty list matches no key: leave it out") }
      return texts
    }, write: { .array($0.map(JSONValue.string)) })
}

extension ConfigurationType<[Float]> {
  /// A number, or a list of them.
  static let numbers = Self(
    read: { value, place throws(ConfigurationError) in
      var numbers: [Float] = []
      for value in value.array ?? [value] {
        guard let number = value.real else { throw value.isNot("a number or a list of numbers", place) }
        guard Float(number).isFinite else {
          throw place.error("\(value.text) is out of range: numbers are up to 3.4e38, as float32 holds them")
        }
        numbers.append(Float(number))
      }
      return numbers
    }, write: { .array($0.map { .real(Double($0)) }) })
}

extension JSONValue {
  func text(_ place: ConfigurationPlace) throws(ConfigurationError) -> String {
    guard let string else { throw isNot("a string", place) }
    return string
  }

  func items(_ place: ConfigurationPlace) throws(ConfigurationError) -> [JSONValue] {
    guard let array else { throw isNot("a list [...]", place) }
    return array
  }

  /// Says what should be in this value's place.
  func isNot(_ wanted: String, _ place: ConfigurationPlace) -> ConfigurationError {
    place.error("\(wanted) should be here, not \(kind)")
  }
}
