import FlyingFox
import Foundation
import System
import XML

/// GetObject, HeadObject, PutObject, DeleteObject, DeleteObjects, PutObjectTagging.
extension S3Service {
  func getObject(_ call: S3Call, _ bucket: Bucket, _ key: String) async throws -> HTTPResponse {
    let (object, file) = try await bucket.open(key)
    let record = object.record
    try Conditions(call.request.headers).checkRead(record)

    var range: Range<Int>?
    var parts: Int?
    if let number = call.parameter("partNumber") {
      range = try partRange(number, record)
      parts = record.partSizes.isEmpty ? nil : record.partSizes.count
    } else if let header = call.header("range") {
      range = try ByteRange.parse(header, size: record.size)
    }
    let wantsChecksum = call.header("x-amz-checksum-mode")?.uppercased() == "ENABLED"
    var headers = record.answerHeaders(withChecksum: wantsChecksum && range == nil)
    for (name, value) in call.request.parameters where name.hasPrefix("response-") {
      guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
        throw S3Fault.invalidArgument("Header values hold no control characters.", name: name, value: value)
      }
      headers[name == "response-content-type" ? "Content-Type" : String(name.dropFirst("response-".count))] =
        value
    }
    if let parts { headers["x-amz-mp-parts-count"] = String(parts) }
    if let range {
      headers["Content-Range"] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(record.size)"
    }
    let sent = range ?? 0..<record.size
    headers["Content-Length"] = String(sent.count)

    var answer = HTTPResponse.answer(range == nil ? 200 : 206, headers)
    if call.request.method == "GET", !sent.isEmpty {
      let body = FileBody(file: file, range: sent)
      answer.payload = .httpBody(
        HTTPBodySequence(from: body, count: sent.count, suggestedBufferSize: pieceBytes))
    }
    return answer
  }

  private func partRange(_ text: String, _ record: ObjectRecord) throws(S3Fault) -> Range<Int>? {
    let sizes = record.partSizes.isEmpty ? [record.size] : record.partSizes
    guard let number = Int(text), number >= 1, number <= sizes.count else {
      throw S3Fault(416, "InvalidPartNumber", "The requested partnumber is not satisfiable")
    }
    let start = sizes[..<(number - 1)].reduce(0, +)
    return start..<start + sizes[number - 1]
  }

  func putObject(_ call: S3Call, _ bucket: Bucket, _ key: String) async throws -> HTTPResponse {
    let headers = try ObjectHeaders(call.request)
    try await checkGrants(headers.accessControlList, bucket)
    let reader = try PayloadReader(call.request, call.signing)
    let file = try StagedFile(in: bucket.files.staging)
    let summary = try await reader.read(file.write)
    try file.flush()

    var record = headers.record(key: key, size: summary.size, etag: summary.md5.hex)
    record.checksum = summary.checksum
    let conditions = Conditions(call.request.headers)
    let kept = try await bucket.put(record, file: file.path) { old throws(S3Fault) in
      try conditions.checkWrite(old, key: key)
    }
    await tell(.put, call, bucket, kept)

    var answer = [
      "ETag": "\"\(kept.etag)\"",
      "x-amz-server-side-encryption": kept.headers["x-amz-server-side-encryption"] ?? "AES256",
    ]
    if let checksum = kept.checksum {
      answer[checksum.algorithm.headerName] = checksum.value
      answer["x-amz-checksum-type"] = checksum.kind.rawValue
    }
    return .answer(200, answer)
  }

  func deleteObject(_ call: S3Call, _ bucket: Bucket, _ key: String) async throws -> HTTPResponse {
    let conditions = Conditions(call.request.headers)
    try await bucket.remove(key) { old throws(S3Fault) in try conditions.checkWrite(old, key: key) }
    return .answer(204)
  }

  func deleteObjects(_ call: S3Call, _ bucket: Bucket) async throws -> HTTPResponse {
    let root = try XMLElement(document: try await PayloadReader(call.request, call.signing).collect())
    let objects = root.children("Object")
    guard root.name == "Delete", (1...1000).contains(objects.count) else { throw S3Fault.malformedXML }
    let isQuiet = root["Quiet"] == "true"
    var xml = XMLWriter()
    var outcomes: [(key: String, fault: S3Fault?)] = []
    for object in objects {
      guard let key = object["Key"], !key.isEmpty else { throw S3Fault.malformedXML }
      do throws(S3Fault) {
        try await bucket.remove(key)
        outcomes.append((key, nil))
      } catch {
        outcomes.append((key, error))
      }
    }
    xml.element("DeleteResult", isRoot: true) { xml in
      for (key, fault) in outcomes where !isQuiet || fault != nil {
        xml.element(fault == nil ? "Deleted" : "Error") { xml in
          xml.element("Key", key)
          if let fault {
            xml.element("Code", fault.code)
            xml.element("Message", fault.message)
          }
        }
      }
    }
    return .answer(200, body: xml.data, type: "application/xml")
  }

  func putTagging(_ call: S3Call, _ bucket: Bucket, _ key: String) async throws -> HTTPResponse {
    let tags = try Tagging.parse(document: try await PayloadReader(call.request, call.signing).collect())
    _ = try await bucket.update(key) { record, _ throws(S3Fault) in record.tags = tags }
    return .answer(200)
  }

  /// Sends the notification of an object that was made.
  func tell(_ event: S3Notification.Event, _ call: S3Call, _ bucket: Bucket, _ record: ObjectRecord) async {
    let message = S3Notification(
      event, bucket: bucket.name, record, region: region, requestID: call.requestID)
    await notify(bucket.name, message)
  }
}
