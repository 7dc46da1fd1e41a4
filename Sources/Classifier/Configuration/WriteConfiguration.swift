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

  /// What becomes of the access control list of an object, which S3 does not copy with it: the copy that results
  /// are written by would make a public object private.
  /// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
  public enum AccessControl: String, Sendable, CaseIterable {
    /// Grants are carried over.
    case keep
    /// An object that has other grants than its owner's fails.
    case refuse
    /// Nobody looks.
    case ignore
  }

  public var to: Destination
  /// Stands before every name, the marker excepted: `[a-z0-9-]`.
  public var prefix: String
  public var acl: AccessControl

  public init(to: Destination = .metadata, prefix: String = "", acl: AccessControl = .refuse) {
    self.to = to
    self.prefix = prefix
    self.acl = acl
  }

  init(_ value: JSONValue, file: String, place: String) throws(ConfigurationError) {
    let section = try ConfigurationSection(value, file: file, place: place, keys: ["to", "prefix", "acl"])
    to = try section.word("to") ?? .metadata
    prefix = try section.string("prefix") ?? ""
    acl = try section.word("acl") ?? .refuse
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

  /// What results depend on: access control lists are not.
  var canonical: JSONValue { ["to": .string(to.rawValue), "prefix": .string(prefix)] }
}
