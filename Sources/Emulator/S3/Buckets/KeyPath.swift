import Digests
import Foundation
import System

/// Which file of a bucket's folder holds a key's bytes.
enum KeyPath {
  /// The folder inside a bucket's that holds all but the objects themselves.
  static let hiddenFolder = ".thimble-emulator"
  /// S3's limit on keys, in UTF-8 bytes.
  static let keyLimit = 1024
  private static let nameLimit = 255

  /// The key itself, where it is a proper path that stays inside the folder.
  /// - Returns: nil for keys such as `a//b`, `../a`, `folder/`: their files are named by ``hash(_:)``.
  static func relativePath(_ key: String) -> String? {
    guard !key.utf8.contains(0) else { return nil }
    let parts = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for part in parts {
      let isDots = part.elementsEqual(".".utf8) || part.elementsEqual("..".utf8)
      guard !part.isEmpty, !isDots, part.count <= nameLimit else { return nil }
    }
    guard parts.first?.elementsEqual(hiddenFolder.utf8) == false else { return nil }
    return key
  }

  /// A file name for any key.
  static func hash(_ key: String) -> String { Digest.sha256(key.utf8).hex }
}

extension String {
  /// Whether the bytes are the same. Keys are bytes to S3: `é` in its two forms makes two keys, while Swift's
  /// `==` takes them for one.
  func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
