import Digests
import FlyingFox
import Foundation
import System

/// CreateMultipartUpload, UploadPart, UploadPartCopy, ListParts, ListMultipartUploads, AbortMultipartUpload.
extension S3Service {
  func createUpload(_ call: S3Call, _ bucket: Bucket, _ key: String) async throws -> HTTPResponse {
    let record = try ObjectHeaders(call.request).record(key: key, size: 0, etag: "")
    try await checkGrants(record.accessControlList, bucket)
    let algorithm = try ChecksumAlgorithm(call.request)
    let asked = call.header("x-amz-checksum-type").flatMap { ObjectChecksum.Kind(rawValue: $0.uppercased()) }
    let kind = asked ?? (algorithm == .crc64nvme ? .fullObject : .composite)
    guard algorithm?.allows(kind) ?? true else {
      throw S3Fault.invalidRequest(
        "The \(kind.rawValue) checksum type cannot be used with the "
          + "\((algorithm?.rawValue ?? "").lowercased()) checksum algorithm.")
    }
    let upload = MultipartUpload(record, algorithm: algorithm, checksumKind: kind)
    try upload.begin(in: bucket.files)
    var answer = HTTPResponse.xml { xml in
      xml.element("InitiateMultipartUploadResult", isRoot: true) { xml in
        xml.element("Bucket", bucket.name)
        xml.element("Key", key)
        xml.element("UploadId", upload.id)
      }
    }
    if let algorithm {
      answer.headers[HTTPHeader("x-amz-checksum-algorithm")] = algorithm.rawValue
      answer.headers[HTTPHeader("x-amz-checksum-type")] = kind.rawValue
    }
    return answer
  }

  func uploadPart(_ call: S3Call, _ bucket: Bucket, _ key: String) async throws -> HTTPResponse {
    let upload = try upload(call, bucket, key)
    guard let number = call.parameter("partNumber").flatMap({ Int($0) }),
      MultipartUpload.partNumbers.contains(number)
    else {
      throw S3Fault.invalidArgument(
        "Part number must be an integer between 1 and 10000, inclusive", name: "partNumber",
        value: call.parameter("partNumber") ?? "")
    }
    let file = try StagedFile(in: bucket.files.staging)
    let isCopy = call.header("x-amz-copy-source") != nil
    let part =
      isCopy
      ? try await copyPart(call, number, to: file) : try await receivePart(call, number, upload, to: file)
    try file.flush()
    try upload.add(part, file: file.path, in: bucket.files)
    if isCopy {
      return .xml { xml in
        xml.element("CopyPartResult", isRoot: true) { xml in
          xml.element("LastModified", UTCTime(part.modified).extended)
          xml.element("ETag", "\"\(part.etag)\"")
        }
      }
    }
    var headers = ["ETag": "\"\(part.etag)\""]
    if let checksum = part.checksum { headers[checksum.algorithm.headerName] = checksum.value }
    return .answer(200, headers)
  }

  private func receivePart(
    _ call: S3Call, _ number: Int, _ upload: MultipartUpload, to file: StagedFile
  ) async throws -> MultipartUpload.Part {
    let reader = try PayloadReader(call.request, call.signing, computing: upload.algorithm)
    let summary = try await reader.read(file.write)
    return MultipartUpload.Part(
      number: number, size: summary.size, etag: summary.md5.hex, modified: Date(), checksum: summary.checksum)
  }

  private func copyPart(_ call: S3Call, _ number: Int, to file: StagedFile) async throws
    -> MultipartUpload.Part
  {
    let (sourceBucket, sourceKey) = try await copySource(call)
    let (object, open) = try await sourceBucket.open(sourceKey)
    try Conditions(call.request.headers, prefix: "x-amz-copy-source-").checkCopySource(object.record)
    var range = 0..<object.record.size
    if let header = call.header("x-amz-copy-source-range") {
      guard let part = try ByteRange.parse(header, size: object.record.size) else {
        throw S3Fault.invalidArgument(
          "The x-amz-copy-source-range value must be of the form bytes=first-last",
          name: "x-amz-copy-source-range",
          value: header)
      }
      range = part
    }
    let md5 = Checksum(.md5)
    try open.read(range) { bytes throws(S3Fault) in
      md5.update(bytes)
      try file.write(bytes)
    }
    return MultipartUpload.Part(number: number, size: range.count, etag: md5.finish().hex, modified: Date())
  }

  func abortUpload(_ call: S3Call, _ bucket: Bucket, _ key: String) throws -> HTTPResponse {
    try upload(call, bucket, key).remove(from: bucket.files)
    return .answer(204)
  }

  func listParts(_ call: S3Call, _ bucket: Bucket, _ key: String) throws -> HTTPResponse {
    let upload = try upload(call, bucket, key)
    let marker = call.parameter("part-number-marker").flatMap { Int($0) } ?? 0
    let rest = upload.parts(in: bucket.files).filter { $0.number > marker }
    let limit = try limit(call, "max-parts")
    let page = rest.prefix(limit)
    return .xml { xml in
      xml.element("ListPartsResult", isRoot: true) { xml in
        xml.element("Bucket", bucket.name)
        xml.element("Key", key)
        xml.element("UploadId", upload.id)
        xml.element("StorageClass", upload.record.storageClass)
        xml.element("PartNumberMarker", marker)
        if let last = page.last { xml.element("NextPartNumberMarker", last.number) }
        xml.element("MaxParts", limit)
        xml.element("IsTruncated", page.count < rest.count)
        for part in page {
          xml.element("Part") { xml in
            xml.element("PartNumber", part.number)
            xml.element("LastModified", UTCTime(part.modified).extended)
            xml.element("ETag", "\"\(part.etag)\"")
            xml.element("Size", part.size)
            if let checksum = part.checksum { xml.element(checksum.algorithm.elementName, checksum.value) }
          }
        }
      }
    }
  }

  func listUploads(_ call: S3Call, _ bucket: Bucket) throws -> HTTPResponse {
    let prefix = call.parameter("prefix") ?? ""
    let uploads = MultipartUpload.all(in: bucket.files).filter {
      $0.record.key.utf8.starts(with: prefix.utf8)
    }
    return .xml { xml in
      xml.element("ListMultipartUploadsResult", isRoot: true) { xml in
        xml.element("Bucket", bucket.name)
        xml.element("Prefix", prefix)
        xml.element("MaxUploads", 1000)
        xml.element("IsTruncated", false)
        for upload in uploads {
          xml.element("Upload") { xml in
            xml.element("Key", upload.record.key)
            xml.element("UploadId", upload.id)
            xml.element("StorageClass", upload.record.storageClass)
            xml.element("Initiated", UTCTime(upload.initiated).extended)
          }
        }
      }
    }
  }

  func upload(_ call: S3Call, _ bucket: Bucket, _ key: String) throws(S3Fault) -> MultipartUpload {
    try MultipartUpload.find(call.parameter("uploadId") ?? "", key: key, in: bucket.files)
  }
}
