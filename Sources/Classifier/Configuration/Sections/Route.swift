/// Which objects a model looks at, by their keys.
public struct Route: Sendable, Equatable {
  /// One of these begins the key; empty: any key.
  public var prefixes: [String]
  /// One of these ends it; empty: any key.
  public var suffixes: [String]

  public init(prefixes: [String] = [], suffixes: [String] = []) {
    self.prefixes = prefixes
    self.suffixes = suffixes
  }

  /// Whether the model looks at the object with this key. Letters count as they are, byte by byte, as in S3's
  /// own filters.
  public func matches(_ key: String) -> Bool {
    let key = Array(key.utf8)
    func ends(_ suffix: String) -> Bool {
      key.count >= suffix.utf8.count && key.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
    return (prefixes.isEmpty || prefixes.contains { key.starts(with: $0.utf8) })
      && (suffixes.isEmpty || suffixes.contains(where: ends))
  }
}

extension Route: ConfigurationSection {
  typealias Key = ConfigurationKey<Self>

  static let keys = [
    Key(
      "prefix", \.prefixes, .strings, .none,
      text: "the model labels only keys with this prefix: a string or a list of strings",
      fallback: "all keys"),
    Key(
      "suffix", \.suffixes, .strings, .none, text: "the same for the end of the keys", fallback: "all keys"),
  ]

  public init() { self.init(prefixes: []) }
}
