import S3

/// What tells that an object's results are there: `x-amz-meta-thimble`, or the tag of that name.
///
/// It holds `<configuration digest>-<image digest>` once for each function that has looked at the object, so
/// that functions which share a bucket find their own and do not undo each other's work. The first four digits
/// of a configuration digest stand for the names that are written: an entry takes the place of another with
/// the same names.
///
/// The image digest is the beginning of the MD5 of the bytes. For most objects that is the ETag, also after a
/// copy, so that the HEAD is enough to see that all is done. Uploads in parts have another ETag until they
/// are copied, and those encrypted with a key of KMS always: then the bytes are read to tell.
struct Marker: Equatable {
  static let name = "thimble"
  /// Of an image digest.
  private static let digits = 16
  /// So that a much changed configuration does not fill the metadata.
  private static let limit = 8

  private struct Entry: Equatable {
    let configuration, image: String
  }

  private var entries: [Entry]

  /// - Parameter text: what an object has; nil: none.
  init(_ text: String?) {
    entries = (text ?? "").split(separator: " ").compactMap { word in
      let parts = word.split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
      return Entry(configuration: String(parts[0]), image: String(parts[1]))
    }
  }

  /// Of an image's bytes.
  static func imageDigest(_ bytes: [UInt8]) -> String { String(Digest.md5(bytes).hex.prefix(digits)) }

  /// The digest that an ETag stands for, should it be an MD5.
  static func imageDigest(eTag: String) -> String { String(eTag.lowercased().prefix(digits)) }

  /// The digest of the image that a configuration's results are of; nil: there are none.
  func image(of configuration: String) -> String? {
    entries.last { $0.configuration == configuration }?.image
  }

  /// The text with an entry for new results. Others' entries stay if they are of the same image.
  func adding(configuration: String, image: String) -> String {
    let others = entries.filter {
      $0.image == image && $0.configuration.prefix(4) != configuration.prefix(4)
    }
    return (others.suffix(Self.limit - 1) + [Entry(configuration: configuration, image: image)])
      .map { "\($0.configuration)-\($0.image)" }.joined(separator: " ")
  }
}
