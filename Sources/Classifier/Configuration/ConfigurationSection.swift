import JSON

/// An object of a configuration while it is read: knows its place and its keys.
struct ConfigurationSection {
  let file: String
  let place: String
  private let members: [JSONObject.Member]

  /// - Throws: when `value` is no object, or has a key that is not among `keys`.
  init(_ value: JSONValue, file: String, place: String, keys: [String]) throws(ConfigurationError) {
    self.file = file
    self.place = place
    guard let members = value.object?.members else {
      throw ConfigurationError(
        file: file, place: place, reason: "an object {...} should be here, not \(value.kind)")
    }
    self.members = members
    for member in members where !keys.contains(member.name) {
      throw error(member.name, "there is no such key; " + nearest(member.name, of: keys))
    }
  }

  /// An error about a key; nil: about the whole section.
  func error(_ key: String?, _ reason: String) -> ConfigurationError {
    ConfigurationError(file: file, place: key.map(place(of:)) ?? place, reason: reason)
  }

  private func place(of key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

  /// The value of a key; nil where it is absent or null.
  func value(_ key: String) -> JSONValue? {
    let value = members.first { $0.name == key }?.value
    return value == .null ? nil : value
  }

  func string(_ key: String) throws(ConfigurationError) -> String? {
    guard let value = value(key) else { return nil }
    guard case .string(let text) = value else { throw wrongKind(key, "a string", value) }
    return text
  }

  func required(_ key: String) throws(ConfigurationError) -> String {
    guard let text = try string(key) else { throw error(key, "this is needed") }
    return text
  }

  func bool(_ key: String) throws(ConfigurationError) -> Bool? {
    guard let value = value(key) else { return nil }
    guard case .bool(let flag) = value else { throw wrongKind(key, "true or false", value) }
    return flag
  }

  func number(_ key: String) throws(ConfigurationError) -> Double? {
    guard let value = value(key) else { return nil }
    guard let number = value.real else { throw wrongKind(key, "a number", value) }
    return number
  }

  /// One of an enumeration's words.
  func word<Word: RawRepresentable<String> & CaseIterable>(_ key: String) throws(ConfigurationError) -> Word?
  {
    guard let text = try string(key) else { return nil }
    guard let word = Word(rawValue: text) else {
      throw error(key, "there is no \"\(text)\"; " + nearest(text, of: Word.allCases.map(\.rawValue)))
    }
    return word
  }

  /// The items of a list with their places; a missing list is empty.
  func list(_ key: String) throws(ConfigurationError) -> [(value: JSONValue, place: String)] {
    guard let value = value(key) else { return [] }
    guard case .array(let values) = value else { throw wrongKind(key, "a list [...]", value) }
    return values.enumerated().map { ($1, "\(place(of: key))[\($0)]") }
  }

  /// A string, or a list of them; none may be empty.
  func strings(_ key: String) throws(ConfigurationError) -> [String]? {
    guard let value = value(key) else { return nil }
    let values = value.array ?? [value]
    var texts: [String] = []
    for value in values {
      guard case .string(let text) = value else {
        throw wrongKind(key, "a string or a list of strings", value)
      }
      guard !text.isEmpty else { throw error(key, "an empty text fits everything: leave it out") }
      texts.append(text)
    }
    guard !texts.isEmpty else { throw error(key, "an empty list fits nothing: leave it out") }
    return texts
  }

  /// A number, or a list of them, as float32.
  func numbers(_ key: String) throws(ConfigurationError) -> [Float]? {
    guard let value = value(key) else { return nil }
    let values = value.array ?? [value]
    var numbers: [Float] = []
    for value in values {
      guard let number = value.real, Float(number).isFinite else {
        throw wrongKind(key, "a number or a list of numbers", value)
      }
      numbers.append(Float(number))
    }
    return numbers
  }

  /// A section within this one; nil where it is absent.
  func section(_ key: String, keys: [String]) throws(ConfigurationError) -> ConfigurationSection? {
    guard let value = value(key) else { return nil }
    return try ConfigurationSection(value, file: file, place: place(of: key), keys: keys)
  }

  /// A file's name: a path or an s3 URI.
  func file(_ key: String, _ text: String) throws(ConfigurationError) -> FileReference {
    guard !text.isEmpty else { throw error(key, "a file's name should be here") }
    if let scheme = scheme(of: text), scheme != "s3" {
      throw error(key, "\"\(scheme)://\" is not read: give a path or s3://bucket/key")
    }
    guard let reference = FileReference(text) else {
      throw error(key, "\"\(text)\" is no s3 URI: write s3://bucket/key, or s3://bucket/key?versionId=...")
    }
    return reference
  }

  /// The `https` of `https://...`; nil where there is none.
  private func scheme(of text: String) -> Substring? {
    let scheme = text.prefix { $0 != ":" }
    return text[scheme.endIndex...].hasPrefix("://") ? scheme : nil
  }

  private func wrongKind(_ key: String, _ wanted: String, _ value: JSONValue) -> ConfigurationError {
    error(key, "\(wanted) should be here, not \(value.kind)")
  }
}

/// Says which of the known words is meant, and which there are.
func nearest(_ word: String, of known: [String]) -> String {
  let best = known.min { distance(word, $0) < distance(word, $1) }
  let list = known.joined(separator: ", ")
  guard let best, known.count > 1 else { return "known is: \(list)" }
  return "did you mean \"\(best)\"? Known are: \(list)"
}

/// How many letters have to be put in, left out, changed or swapped with their neighbour (Damerau and
/// Levenshtein), capitals aside; a shortened word is near.
private func distance(_ word: String, _ known: String) -> Int {
  let (a, b) = (Array(word.lowercased().utf8.prefix(64)), Array(known.lowercased().utf8))
  if a.count > 1, b.starts(with: a) { return 1 }
  var rows = [Array(0...b.count)]
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var best = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
