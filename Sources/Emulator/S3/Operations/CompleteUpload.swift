import Digests
import FlyingFox
import Foundation
import System
import XML

/// CompleteMultipartUpload: puts the parts together.
extension S3Service {
  func completeUpload(_ call: S3Call, _ bucket: Bucket, _ key: String) async throws -> HTTPResponse {
    let upload = try upload(call, bucket, key)
    let reader = try PayloadReader(call.request, call.signing, hasOwnChecksum: false)
    let document = try XMLElement(document: try await reader.collect())
    let parts = try chosenParts(document, upload.parts(in: bucket.files))

    let file = try StagedFile(in: bucket.files.staging)
    for part in parts { try file.append(contentsOf: upload.partPath(part.number, bucket.files)) }
    try file.flush()

    var record = upload.record
    record.size = parts.reduce(0) { $0 + $1.size }
    record.partSizes = parts.map(\.size)
    record.modified = Date()
    record.etag =
      Digest.md5(parts.flatMap { Hex.decode($0.etag) ?? [] }).hex + "-\(parts.count)"
    record.checksum = try checksum(upload, parts, file: file.path)
    try checkExpected(call, record)
    let conditions = Conditions(call.request.headers)
    let kept = try await bucket.put(record, file: file.path) { old throws(S3Fault) in
      try conditions.checkWrite(old, key: key)
    }
    upload.remove(from: bucket.files)
    await tell(.completeMultipartUpload, call, bucket, kept)
    return .xml { xml in
      xml.element("CompleteMultipartUploadResult", isRoot: true) { xml in
        xml.element(
          "Location",
          "http://\(call.header("host") ?? "")/\(bucket.name)/\(PercentEncoding.encode(key, keeping: "/"))")
        xml.element("Bucket", bucket.name)
        xml.element("Key", key)
        xml.element("ETag", "\"\(kept.etag)\"")
        if let checksum = kept.checksum {
          xml.element(checksum.algorithm.elementName, checksum.value)
          xml.element("ChecksumType", checksum.kind.rawValue)
        }
      }
    }
  }

  /// The parts that the client lists, checked against those that came.
  private func chosenParts(
    _ document: XMLElement, _ received: [MultipartUpload.Part]
  ) throws(S3Fault) -> [MultipartUpload.Part] {
    let wanted = document.children("Part")
    guard document.name == "CompleteMultipartUpload", !wanted.isEmpty else { throw .malformedXML }
    let byNumber = Dictionary(received.map { ($0.number, $0) }) { _, last in last }
    var chosen: [MultipartUpload.Part] = []
    for element in wanted {
      guard let number = element["PartNumber"].flatMap({ Int($0) }), let etag = element["ETag"] else {
        throw .malformedXML
      }
      guard chosen.last.map({ $0.number < number }) ?? true else {
        throw S3Fault(
          400, "InvalidPartOrder",
          "The list of parts was not in ascending order. Parts must be ordered by part number.")
      }
      let part = byNumber[number]
      let checksum = part?.checksum.flatMap { checksum in
        element[checksum.algorithm.elementName].map { $0 == checksum.value }
      }
      guard let part, part.etag == etag.trimmingCharacters(in: ["\""]), checksum ?? true else {
        throw S3Fault(
          400, "InvalidPart",
          "One or more of the specified parts could not be found. The part may not have been uploaded, or the "
            + "specified entity tag may not match the part's entity tag.",
          details: [("PartNumber", String(number))])
      }
      chosen.append(part)
    }
    for part in chosen.dropLast() where part.size < MultipartUpload.smallestPart {
      throw S3Fault(
        400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
        details: [
          ("PartNumber", String(part.number)), ("ProposedSize", String(part.size)),
          ("MinSizeAllowed", String(MultipartUpload.smallestPart)),
        ])
    }
    return chosen
  }

  private func checksum(
    _ upload: MultipartUpload, _ parts: [MultipartUpload.Part], file: String
  ) throws(S3Fault) -> ObjectChecksum? {
    guard let algorithm = upload.algorithm else { return nil }
    let digest = algorithm.makeDigest()
    if upload.checksumKind == .fullObject {
      guard FileDigest.read(path: file, digest.update) else { throw .internalError("cannot read \(file)") }
      return ObjectChecksum(algorithm: algorithm, value: Data(digest.finish()).base64EncodedString())
    }
    for part in parts {
      // Parts that were copied have none.
      guard let checksum = part.checksum, let bytes = Data(base64Encoded: checksum.value) else { return nil }
      digest.update(bytes)
    }
    let value = Data(digest.finish()).base64EncodedString() + "-\(parts.count)"
    return ObjectChecksum(algorithm: algorithm, value: value, kind: .composite)
  }

  /// The checksum of the whole that the client may send along.
  private func checkExpected(_ call: S3Call, _ record: ObjectRecord) throws(S3Fault) {
    guard let checksum = record.checksum, let expected = call.header(checksum.algorithm.headerName) else {
      return
    }
    guard expected == checksum.value else { throw .badDigest(checksum.algorithm.rawValue) }
  }
}
