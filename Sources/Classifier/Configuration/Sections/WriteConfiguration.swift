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

  /// What happens to the access control list of an object. S3 does not copy it, so the copy that writes the results
  /// would make a public object private.
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

  /// Whether all is a-z, 0-9 and -: S3 turns capitals in metadata keys into small letters.
  static func isName(_ text: String) -> Bool {
    text.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || $0 == UInt8(ascii: "-")
    }
  }
}

extension WriteConfiguration: ConfigurationSection {
  typealias Key = ConfigurationKey<Self>

  static let keys = [
    Key(
      "to", \.to, .word, .results, text: "`metadata`, `tags`, `both`, `none`", fallback: "`metadata`"),
    Key(
      "prefix", \.prefix,
      .string { text in
        isName(text) && text.utf8.count <= 64
          ? nil : "\"\(text)\" cannot begin a metadata key: use a-z, 0-9 and -"
      }, .results, text: "put before each name", fallback: "none"),
    Key(
      "acl", \.acl, .word, .none,
      text: """
        S3 does not copy access control lists, so a public image would become private when its metadata is written. \
        `"refuse"`: an image with grants to others than its owner fails; `"keep"`: its grants are kept, and the role needs \
        `s3:GetObjectAcl` and `s3:PutObjectAcl`; `"ignore"`: lists are not checked
        """, fallback: "`\"refuse\"`"),
  ]

  public init() { self.init(to: .metadata) }
}
