import JSON

/// Where results are written.
public struct WriteConfiguration: Sendable, Equatable {
  public enum Destination: String, Sendable, CaseIterable {
    /// User metadata, by a copy of the object on itself.
    case metadata
    /// Tags, which need no copy.
    case tags
    case both
    /// Nowhere: results are only in the answer.
    case none
  }

  public var to: Destination
  /// Stands before every name, the marker excepted: `[a-z0-9-]`.
  public var prefix: String

  public init(to: Destination = .metadata, prefix: String = "") {
    self.to = to
    self.prefix = prefix
  }

  init(_ value: JSONValue, file: String, place: String) throws(ConfigurationError) {
    let section = try ConfigurationSection(value, file: file, place: place, keys: ["to", "prefix"])
    to = try section.word("to") ?? .metadata
    prefix = try section.string("prefix") ?? ""
    guard Self.isName(prefix), prefix.utf8.count <= 64 else {
      throw section.error("prefix", "\"\(prefix)\" cannot begin a metadata key: use a-z, 0-9 and -")
    }
  }

  /// Whether all is a-z, 0-9 and -: S3 turns capitals in metadata keys into small letters.
  static func isName(_ text: String) -> Bool {
    text.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || $0 == UInt8(ascii: "-")
    }
  }

  var canonical: JSONValue { ["to": .string(to.rawValue), "prefix": .string(prefix)] }
}
