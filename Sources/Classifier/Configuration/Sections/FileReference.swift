import JSON
import S3

/// A file: an object in S3, or a path (absolute, or looked for in the sideload, the package and the layer).
public enum FileReference: Sendable, Hashable, CustomStringConvertible {
  case path(String)
  case object(S3Location)

  /// - Returns: nil for a text that starts with `s3://` but is not a valid s3 URI.
  public init?(_ text: String) {
    guard text.hasPrefix("s3://") else {
      self = .path(text)
      return
    }
    guard let location = S3Location(uri: text) else { return nil }
    self = .object(location)
  }

  public var text: String {
    switch self {
    case .path(let path): path
    case .object(let location): location.uri
    }
  }

  /// The path or the key: what shows a file's kind.
  var name: String {
    switch self {
    case .path(let path): path
    case .object(let location): location.key
    }
  }

  public var description: String { text }
}

extension ConfigurationType<FileReference> {
  /// A path or an s3 URI.
  static let file = Self(
    read: { value, place throws(ConfigurationError) in
      let text = try value.text(place)
      guard !text.isEmpty else { throw place.error("a file's name should be here") }
      if let scheme = scheme(of: text), scheme != "s3" {
        throw place.error("\"\(scheme)://\" is not read: give a path or s3://bucket/key")
      }
      guard let reference = FileReference(text) else {
        throw place.error(
          "\"\(text)\" is not an s3 URI: write s3://bucket/key, or s3://bucket/key?versionId=...")
      }
      return reference
    }, write: { .string($0.text) })
}

/// The `https` of `https://...`; nil if the text does not start with a scheme.
private func scheme(of text: String) -> Substring? {
  let scheme = text.prefix { $0 != ":" }
  return text[scheme.endIndex...].hasPrefix("://") ? scheme : nil
}
