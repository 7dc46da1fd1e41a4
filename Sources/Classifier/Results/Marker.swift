import S3
import System

/// Reports which results an object has: `x-amz-meta-thimble`, or the tag of that name.
///
/// It holds `<configuration digest>-<image digest>` once for each function that has looked at the object, so
/// that functions which share a bucket find their own and do not undo each other's work. The first four digits
/// of a configuration digest stand for the names that are written: an entry takes the place of another with
/// the same names. With a key (``MarkerKey``) a code follows that only this function can have made.
///
/// The image digest is the beginning of the MD5 of the bytes. For most objects that is the ETag, also after a
/// copy, so that an answer's head is enough to see that all is done. Uploads in parts have another ETag until they
/// are copied, and those encrypted with a key of KMS always: then the bytes are read to find out.
struct Marker: Equatable {
  static let name = "thimble"
  /// Of an image digest.
  private static let digits = 16
  /// So that a much changed configuration does not fill the metadata.
  private static let limit = 8

  struct Entry: Equatable {
    let configuration, image: String
    /// See ``MarkerKey``; nil: written without a key.
    var code: String?

    /// The digits that stand for the names that are written.
    fileprivate var names: Substring { configuration.prefix(4) }

    fileprivate var text: String {
      ([configuration, image] + (code.map { [$0] } ?? [])).joined(separator: "-")
    }
  }

  private var entries: [Entry]

  /// - Parameter text: what an object has; nil: none.
  init(_ text: String?) {
    entries = (text ?? "").split(separator: " ").compactMap { word in
      let parts = word.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
      guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
      return Entry(configuration: parts[0], image: parts[1], code: parts.count == 3 ? parts[2] : nil)
    }
  }

  /// Of an image's MD5.
  static func imageDigest(md5: [UInt8]) -> String { String(md5.hex.prefix(digits)) }

  /// The digest that an ETag stands for, should it be an MD5.
  static func imageDigest(eTag: String) -> String { String(eTag.lowercased().prefix(digits)) }

  /// What a configuration's results are of; nil: there are none.
  func entry(of configuration: String) -> Entry? { entries.last { $0.configuration == configuration } }

  /// The text with an entry for new results, in the place of one with the same names. Others' entries stay if they are
  /// of the same image.
  /// - Parameter room: bytes that the text may have: others' entries that do not fit are left out.
  func adding(_ entry: Entry, room: Int = .max) -> String {
    var kept = entries.filter { $0.image == entry.image || $0.names == entry.names }
    if let index = kept.lastIndex(where: { $0.names == entry.names }) {
      kept[index] = entry
      kept = kept.enumerated().filter { $0 == index || $1.names != entry.names }.map(\.element)
    } else {
      kept = kept.suffix(Self.limit - 1) + [entry]
    }
    var text: String { kept.map(\.text).joined(separator: " ") }
    while text.utf8.count > room, let index = kept.firstIndex(where: { $0 != entry }) {
      kept.remove(at: index)
    }
    return text
  }
}
