import Digests
import FlyingFox
import Foundation
import System

/// CopyObject, and what UploadPartCopy shares with it.
extension S3Service {
  /// `x-amz-copy-source`: `/bucket/key` or `bucket/key`, percent-encoded.
  func copySource(_ call: S3Call) async throws -> (bucket: Bucket, key: String) {
    var text = (call.header("x-amz-copy-source") ?? "")[...]
    if let query = text.range(of: "?versionId=", options: .backwards) {
      guard text[query.upperBound...] == "null" else {
        throw S3Fault.invalidArgument(
          "Invalid version id specified", name: "x-amz-copy-source", value: String(text))
      }
      text = text[..<query.lowerBound]
    }
    if text.hasPrefix("/") { text = text.dropFirst() }
    let parts = PercentEncoding.decode(text).split(
      separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw S3Fault.invalidArgument(
        "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
        name: "x-amz-copy-source",
        value: String(text))
    }
    return (try await buckets.find(String(parts[0])), String(parts[1]))
  }

  func copyObject(_ call: S3Call, _ bucket: Bucket, _ key: String) async throws -> HTTPResponse {
    let change = try CopyChange(call.request)
    try await checkGrants(change.request.accessControlList, bucket)
    let (sourceBucket, sourceKey) = try await copySource(call)
    let kept: ObjectRecord
    if sourceBucket.name == bucket.name, sourceKey.hasSameBytes(as: key) {
      guard change.changesSomething else {
        throw S3Fault.invalidRequest(
          "This copy request is illegal because it is trying to copy an object to itself without changing the "
            + "object's metadata, storage class, website redirect location or encryption attributes.")
      }
      kept = try await bucket.update(key) { record, path throws(S3Fault) in
        try change.check(source: record, destination: record)
        // A copy is written in one piece, whatever its source was.
        let etag = record.etag.contains("-") ? FileDigest.md5(path: path) : record.etag
        guard let etag else { throw .internalError("cannot read \(path)") }
        let checksum = try change.checksum(of: record, path: path)
        record = change.apply(to: record, key: key, etag: etag)
        record.checksum = checksum
      }
    } else {
      kept = try await copy(from: sourceBucket, sourceKey, to: bucket, key, change)
    }
    await tell(.copy, call, bucket, kept)
    return .xml { xml in
      xml.element("CopyObjectResult", isRoot: true) { xml in
        xml.element("LastModified", UTCTime(kept.modified).extended)
        xml.element("ETag", "\"\(kept.etag)\"")
        if let checksum = kept.checksum {
          xml.element("ChecksumType", checksum.kind.rawValue)
          xml.element(checksum.algorithm.elementName, checksum.value)
        }
      }
    }
  }

  private func copy(
    from source: Bucket, _ sourceKey: String, to bucket: Bucket, _ key: String, _ change: CopyChange
  ) async throws -> ObjectRecord {
    let (object, open) = try await source.open(sourceKey)
    let file = try StagedFile(in: bucket.files.staging)
    let md5 = Checksum(.md5)
    try open.read(0..<object.record.size) { bytes throws(S3Fault) in
      md5.update(bytes)
      try file.write(bytes)
    }
    try file.flush()
    var record = change.apply(to: object.record, key: key, etag: md5.finish().hex)
    record.checksum = try change.checksum(of: object.record, path: file.path)
    return try await bucket.put(record, file: file.path) { old throws(S3Fault) in
      try change.check(source: object.record, destination: old)
    }
  }
}

/// What a copy keeps of its source and what it takes from the request.
private struct CopyChange: Sendable {
  let request: ObjectHeaders
  let replacesMetadata: Bool
  let replacesTags: Bool
  /// nil: not said.
  let algorithm: ChecksumAlgorithm?
  let sourceConditions: Conditions
  let conditions: Conditions

  init(_ request: Request) throws(S3Fault) {
    self.request = try ObjectHeaders(request)
    replacesMetadata = try Self.isReplace(request, "x-amz-metadata-directive")
    replacesTags = try Self.isReplace(request, "x-amz-tagging-directive")
    algorithm = try ChecksumAlgorithm(request)
    sourceConditions = Conditions(request.headers, prefix: "x-amz-copy-source-")
    conditions = Conditions(request.headers)
  }

  var changesSomething: Bool {
    replacesMetadata || request.storageClass != nil
      || request.headers["x-amz-website-redirect-location"] != nil
      || request.headers["x-amz-server-side-encryption"] != nil
  }

  func check(source: ObjectRecord, destination: ObjectRecord?) throws(S3Fault) {
    try sourceConditions.checkCopySource(source)
    try conditions.checkWrite(destination, key: destination?.key ?? source.key)
  }

  func apply(to source: ObjectRecord, key: String, etag: String) -> ObjectRecord {
    // What is not said is not copied, as in S3: storage class, redirect, encryption, locks and grants.
    var record = request.record(key: key, size: source.size, etag: etag)
    if !replacesMetadata {
      let own = [
        "content-type", "cache-control", "content-disposition", "content-encoding", "content-language",
        "expires",
      ]
      for name in own { record.headers[name] = source.headers[name] }
      record.metadata = source.metadata
    }
    if !replacesTags { record.tags = source.tags }
    record.file = source.file
    record.isHashed = source.isHashed
    return record
  }

  /// Of the copy, which is one piece: by the algorithm that is asked for, else by the source's.
  /// - Parameter path: the copy's bytes.
  func checksum(of source: ObjectRecord, path: String) throws(S3Fault) -> ObjectChecksum? {
    guard let algorithm = algorithm ?? source.checksum?.algorithm else { return nil }
    if let kept = source.checksum, kept.algorithm == algorithm, kept.kind == .fullObject { return kept }
    let digest = algorithm.makeDigest()
    guard FileDigest.read(path: path, digest.update) else { throw .internalError("cannot read \(path)") }
    return ObjectChecksum(algorithm: algorithm, value: Data(digest.finish()).base64EncodedString())
  }

  private static func isReplace(_ request: Request, _ name: String) throws(S3Fault) -> Bool {
    switch request.headers[name] {
    case nil, "COPY": return false
    case "REPLACE": return true
    case .some(let value): throw .invalidArgument("Unknown directive.", name: name, value: value)
    }
  }
}
