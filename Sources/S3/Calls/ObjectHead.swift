import HTTP

/// What S3 says of an object besides its bytes: all that a copy must set again.
public struct ObjectHead: Sendable {
  /// Without quotes, as in events.
  public var eTag: String
  /// Bytes of the whole object.
  public var length: Int
  /// nil where the bucket keeps no versions.
  public var versionID: String?
  /// The answer's fields.
  public var headers: HTTPHeaders

  public init(eTag: String, length: Int, versionID: String? = nil, headers: HTTPHeaders = HTTPHeaders()) {
    self.eTag = eTag
    self.length = length
    self.versionID = versionID
    self.headers = headers
  }

  /// - Returns: nil where the answer lacks ETag or length.
  init?(_ headers: HTTPHeaders) {
    let length: Int?
    if let range = headers["content-range"] {
      length = range.split(separator: "/").last.flatMap { Int($0) }
    } else {
      length = headers["content-length"].flatMap { Int($0) }
    }
    guard let eTag = headers["etag"], let length, length >= 0 else { return nil }
    self.init(
      eTag: ETag.unquoted(eTag), length: length, versionID: headers["x-amz-version-id"], headers: headers)
  }

  /// User metadata for readers: names in lower case without `x-amz-meta-`, values decoded (RFC 2047).
  public var metadata: [(name: String, value: String)] {
    rawMetadata.map { ($0.name, MailSafeText.decode($0.value)) }
  }

  /// The value of a metadata entry, decoded; nil where there is none.
  public func metadata(_ name: String) -> String? {
    headers[Self.metadataPrefix + name].map(MailSafeText.decode)
  }

  public var contentType: String? { headers["content-type"] }

  public var storageClass: String { headers["x-amz-storage-class"] ?? "STANDARD" }

  /// How many tags the object has; 0 also where the reader may not know (`s3:GetObjectTagging`).
  public var tagCount: Int { headers["x-amz-tagging-count"].flatMap { Int($0) } ?? 0 }

  static let metadataPrefix = "x-amz-meta-"

  /// As S3 sent it.
  var rawMetadata: [(name: String, value: String)] {
    headers.fields.filter { $0.name.hasPrefix(Self.metadataPrefix) }
      .map { (String($0.name.dropFirst(Self.metadataPrefix.count)), $0.value) }
  }
}

/// Entity tags are quoted in headers, and not in events.
enum ETag {
  static func unquoted(_ tag: String) -> String {
    tag.count >= 2 && tag.hasPrefix("\"") && tag.hasSuffix("\"") ? String(tag.dropFirst().dropLast()) : tag
  }

  static func quoted(_ tag: String) -> String { tag.hasSuffix("\"") ? tag : "\"\(tag)\"" }
}
