import System

/// Where an object is: bucket and key count byte by byte.
public struct S3Location: Hashable, Sendable, CustomStringConvertible {
  public var bucket: String
  /// As it is, not encoded.
  public var key: String
  /// nil: the newest version.
  public var versionID: String?

  public init(bucket: String, key: String, versionID: String? = nil) {
    self.bucket = bucket
    self.key = key
    self.versionID = versionID
  }

  /// `s3://bucket/key` or `s3://bucket/key?versionId=...`. The key stands as it is, not encoded.
  /// - Returns: nil where bucket or key are missing.
  public init?(uri: String) {
    let scheme = "s3://"
    guard uri.hasPrefix(scheme) else { return nil }
    var rest = uri.dropFirst(scheme.count)
    // Of bytes: a key may begin with a mark that belongs to the letter before.
    guard let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
    let bucket = rest[..<slash]
    rest = rest[rest.utf8.index(after: slash)...]
    var version: Substring?
    let mark = "?versionId="
    for index in rest.indices.reversed() where rest[index...].hasPrefix(mark) {
      version = rest[index...].dropFirst(mark.count)
      rest = rest[..<index]
      break
    }
    guard !bucket.isEmpty, !rest.isEmpty, version?.isEmpty != true else { return nil }
    self.init(bucket: String(bucket), key: String(rest), versionID: version.map(String.init))
  }

  public static func == (a: S3Location, b: S3Location) -> Bool { a.names == b.names }

  public func hash(into hasher: inout Hasher) { hasher.combine(names) }

  private var names: [ByteKey?] { [ByteKey(bucket), ByteKey(key), versionID.map { ByteKey($0) }] }

  public var uri: String { "s3://\(bucket)/\(key)" + (versionID.map { "?versionId=\($0)" } ?? "") }

  public var description: String { uri }
}
