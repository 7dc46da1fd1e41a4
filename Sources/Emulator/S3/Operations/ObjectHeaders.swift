import Foundation
import System

/// What a request says of the object that it makes: metadata, kept headers, tags, storage class.
struct ObjectHeaders: Sendable {
  var headers: [String: String] = [:]
  var metadata: [String: String] = [:]
  var tags: [ObjectTag] = []
  /// nil: not said.
  var accessControlList: AccessControlList?
  /// nil: not said.
  var storageClass: String?

  private static let storageClasses: Set = [
    "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR", "EXPRESS_ONEZONE",
  ]

  init(_ request: Request) throws(S3Fault) {
    for name in ObjectRecord.keptHeaders { headers[name] = request.headers[name] }
    if let encoding = headers["content-encoding"] {
      // `aws-chunked` describes the transfer, not the object.
      let rest = encoding.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { $0 != "aws-chunked" && !$0.isEmpty }
      headers["content-encoding"] = rest.isEmpty ? nil : rest.joined(separator: ",")
    }
    for (name, value) in request.headers where name.hasPrefix("x-amz-meta-") {
      metadata[String(name.dropFirst("x-amz-meta-".count))] = value
    }
    let size = metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    guard size <= ObjectRecord.metadataLimit else {
      throw S3Fault(
        400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size",
        details: [("Size", String(size)), ("MaxSizeAllowed", String(ObjectRecord.metadataLimit))])
    }
    accessControlList = try AccessControlList.parse(headers: request.headers)
    storageClass = request.headers["x-amz-storage-class"]
    if let storageClass, !Self.storageClasses.contains(storageClass) {
      throw S3Fault(400, "InvalidStorageClass", "The storage class you specified is not valid")
    }
    if let tagging = request.headers["x-amz-tagging"] { tags = try Tagging.parse(query: tagging) }
  }

  /// The record of an object with these headers.
  func record(key: String, size: Int, etag: String) -> ObjectRecord {
    var record = ObjectRecord(key: key, size: size, etag: etag, modified: Date())
    record.headers = headers
    record.metadata = metadata
    record.tags = tags
    record.accessControlList = accessControlList
    record.storageClass = storageClass ?? "STANDARD"
    return record
  }
}

/// The headers that describe an object.
extension ObjectRecord {
  /// - Parameter withChecksum: `x-amz-checksum-mode: ENABLED` was asked for.
  func answerHeaders(withChecksum: Bool) -> [String: String] {
    var fields = headers.mapValues(Self.mailSafe)
    fields["Content-Type"] = fields.removeValue(forKey: "content-type") ?? Self.defaultContentType
    for (name, value) in metadata { fields["x-amz-meta-" + name] = Self.mailSafe(value) }
    fields["ETag"] = "\"\(etag)\""
    fields["Last-Modified"] = UTCTime(modified).http
    fields["Accept-Ranges"] = "bytes"
    fields["x-amz-server-side-encryption"] = headers["x-amz-server-side-encryption"] ?? "AES256"
    if storageClass != "STANDARD" { fields["x-amz-storage-class"] = storageClass }
    if !tags.isEmpty { fields["x-amz-tagging-count"] = String(tags.count) }
    if withChecksum, let checksum {
      fields[checksum.algorithm.headerName] = checksum.value
      fields["x-amz-checksum-type"] = checksum.kind.rawValue
    }
    return fields
  }

  /// RFC 2047, as S3 answers with values that are not ASCII.
  private static func mailSafe(_ value: String) -> String {
    value.utf8.allSatisfy { $0 < 0x80 } ? value : "=?UTF-8?B?\(Data(value.utf8).base64EncodedString())?="
  }
}
