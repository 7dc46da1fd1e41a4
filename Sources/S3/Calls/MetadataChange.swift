import Digests
import HTTP
import System

/// The headers of a copy of an object onto itself that changes metadata and nothing else.
/// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
struct MetadataChange {
  /// The largest object that one CopyObject can copy.
  static let lengthLimit = 5 << 30
  /// Bytes of all names and values: the most that S3 keeps.
  static let metadataLimit = 2048

  /// What must be said again, or is lost: by the same name.
  private static let keptHeaders = [
    "cache-control", "content-disposition", "content-language", "content-type", "expires",
    "x-amz-website-redirect-location", "x-amz-storage-class", "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date", "x-amz-object-lock-legal-hold",
  ]
  private static let archives: Set = ["GLACIER", "DEEP_ARCHIVE"]

  let head: ObjectHead
  /// Names and values as they are sent, all of them.
  let metadata: [(name: String, value: String)]

  /// - Parameter changes: a nil value removes the entry.
  init(_ head: ObjectHead, changes: [(name: String, value: String?)]) {
    self.head = head
    var metadata = head.rawMetadata
    for (name, value) in changes {
      let name = name.lowercased()
      let value = value.map(MailSafeText.encode)
      if let index = metadata.firstIndex(where: { $0.name == name }) {
        if let value { metadata[index].value = value } else { metadata.remove(at: index) }
      } else if let value {
        metadata.append((name, value))
      }
    }
    self.metadata = metadata
  }

  /// Bytes, as S3 counts them: of the encoded values, which is never too few.
  var metadataSize: Int { metadata.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } }

  /// Why S3 would refuse the copy, or it would lose something.
  var obstacle: (code: String, message: String)? {
    if head.headers["x-amz-server-side-encryption-customer-algorithm"] != nil {
      return (
        "NotSupported",
        "the object is encrypted with a customer-provided key (SSE-C), which is not known here."
      )
    }
    if head.length > Self.lengthLimit {
      return (
        "NotSupported",
        "the object has \(head.length) bytes, and S3 copies no more than 5 GB in one request, so its metadata "
          + "cannot be changed. Tags can: \"write\": { \"to\": \"tags\" }."
      )
    }
    let isRestored = head.headers["x-amz-restore"]?.hasPrefix("ongoing-request=\"false\"") ?? false
    if Self.archives.contains(head.storageClass) && !isRestored || head.headers["x-amz-archive-status"] != nil
    {
      return (
        "InvalidObjectState",
        "the object is archived (\(head.headers["x-amz-archive-status"] ?? head.storageClass)): "
          + "its metadata can be changed once it is restored."
      )
    }
    if let count = head.headers["x-amz-missing-meta"] {
      return (
        "NotSupported",
        "\(count) metadata entries of the object cannot be read through S3's REST interface, and "
          + "would be lost."
      )
    }
    if metadataSize > Self.metadataLimit {
      return (
        "MetadataTooLarge", "the metadata would have \(metadataSize) bytes; S3 keeps \(Self.metadataLimit)."
      )
    }
    return nil
  }

  var headers: [(name: String, value: String)] {
    var headers = [
      ("x-amz-metadata-directive", "REPLACE"), ("x-amz-tagging-directive", "COPY"),
      ("x-amz-copy-source-if-match", ETag.quoted(head.eTag)),
    ]
    for name in Self.keptHeaders {
      if let value = head.headers[name] { headers.append((name, value)) }
    }
    if let encoding = contentEncoding { headers.append(("content-encoding", encoding)) }
    // Locks are taken only with a digest of the body, which is empty.
    if headers.contains(where: { $0.0.hasPrefix("x-amz-object-lock-") }) {
      headers.append(("content-md5", Base64.encode(Digest.md5([]))))
    }
    if let algorithm = checksumAlgorithm { headers.append(("x-amz-checksum-algorithm", algorithm)) }
    return headers + metadata.map { (ObjectHead.metadataPrefix + $0.name, $0.value) }
  }

  /// `aws-chunked` describes how the object was sent, not the object.
  private var contentEncoding: String? {
    let codings = (head.headers["content-encoding"] ?? "").split(separator: ",")
      .map { String($0.drop { $0 == " " }) }
    let own = codings.filter { !$0.hasPrefix("aws-chunked") && !$0.isEmpty }
    return own.isEmpty ? nil : own.joined(separator: ",")
  }

  /// `x-amz-checksum-crc64nvme: ...` -> `CRC64NVME`.
  private var checksumAlgorithm: String? {
    let prefix = "x-amz-checksum-"
    let names = head.headers.fields.map(\.name).filter { $0.hasPrefix(prefix) && $0 != prefix + "type" }
    return names.first.map { $0.dropFirst(prefix.count).uppercased() }
  }

  /// Whether another head is that of this change's outcome.
  func isDone(_ other: ObjectHead) -> Bool {
    func sorted(_ entries: [(name: String, value: String)]) -> [String] {
      entries.map { "\($0.name):\(MailSafeText.decode($0.value))" }.sorted()
    }
    return other.length == head.length && sorted(other.rawMetadata) == sorted(metadata)
  }
}
