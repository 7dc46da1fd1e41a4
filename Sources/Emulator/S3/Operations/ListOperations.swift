import FlyingFox
import Foundation
import System

/// ListBuckets, GetBucketLocation, ListObjects and ListObjectsV2.
extension S3Service {
  private static let pageLimit = 1000

  func listBuckets() async -> HTTPResponse {
    let all = await buckets.all
    return .xml { xml in
      xml.element("ListAllMyBucketsResult", isRoot: true) { xml in
        xml.element("Owner") { xml in xml.element("ID", AccessControlList.ownerID) }
        xml.element("Buckets") { xml in
          for bucket in all {
            xml.element("Bucket") { xml in
              xml.element("Name", bucket.name)
              xml.element("CreationDate", UTCTime(bucket.created).extended)
            }
          }
        }
      }
    }
  }

  func location() -> HTTPResponse {
    // us-east-1 is written as nothing.
    .xml { xml in
      xml.element("LocationConstraint", isRoot: true) { xml in if region != "us-east-1" { xml.text(region) } }
    }
  }

  func listObjects(_ call: S3Call, _ bucket: Bucket) async throws -> HTTPResponse {
    let isV2 = call.parameter("list-type") == "2"
    var page = ListPage(
      prefix: call.parameter("prefix") ?? "", delimiter: call.parameter("delimiter") ?? "",
      limit: try limit(call, "max-keys"))
    let token = call.parameter("continuation-token")
    if isV2 {
      page.after = try token.map(decodeToken) ?? call.parameter("start-after") ?? ""
    } else {
      page.after = call.parameter("marker") ?? ""
    }
    page.fill(from: await bucket.keys())
    var records: [ObjectRecord] = []
    for key in page.keys { if let object = await bucket.find(key) { records.append(object.record) } }
    let encodes = call.parameter("encoding-type") == "url"
    let filled = page
    return .xml { xml in
      xml.element("ListBucketResult", isRoot: true) { xml in
        func text(_ value: String) -> String { encodes ? PercentEncoding.encode(value, keeping: "/") : value }
        xml.element("Name", bucket.name)
        xml.element("Prefix", text(filled.prefix))
        if !filled.delimiter.isEmpty { xml.element("Delimiter", text(filled.delimiter)) }
        xml.element("MaxKeys", filled.limit)
        if encodes { xml.element("EncodingType", "url") }
        if isV2 {
          xml.element("KeyCount", filled.keys.count + filled.commonPrefixes.count)
          if let token { xml.element("ContinuationToken", token) }
          if let start = call.parameter("start-after") { xml.element("StartAfter", text(start)) }
          if let next = filled.next { xml.element("NextContinuationToken", encodeToken(next)) }
        } else {
          xml.element("Marker", text(call.parameter("marker") ?? ""))
          if let next = filled.next, !filled.delimiter.isEmpty { xml.element("NextMarker", text(next)) }
        }
        xml.element("IsTruncated", filled.next != nil)
        let hasOwner = !isV2 || call.parameter("fetch-owner") == "true"
        for record in records { entry(&xml, record, name: text(record.key), hasOwner: hasOwner) }
        for prefix in filled.commonPrefixes {
          xml.element("CommonPrefixes") { xml in xml.element("Prefix", text(prefix)) }
        }
      }
    }
  }

  private func entry(_ xml: inout XMLWriter, _ record: ObjectRecord, name: String, hasOwner: Bool) {
    xml.element("Contents") { xml in
      xml.element("Key", name)
      xml.element("LastModified", UTCTime(record.modified).extended)
      xml.element("ETag", "\"\(record.etag)\"")
      if let checksum = record.checksum {
        xml.element("ChecksumAlgorithm", checksum.algorithm.rawValue)
        xml.element("ChecksumType", checksum.kind.rawValue)
      }
      xml.element("Size", record.size)
      if hasOwner { xml.element("Owner") { xml in xml.element("ID", AccessControlList.ownerID) } }
      xml.element("StorageClass", record.storageClass)
    }
  }

  /// The size of a page, 0...1000.
  func limit(_ call: S3Call, _ name: String) throws(S3Fault) -> Int {
    guard let text = call.parameter(name) else { return Self.pageLimit }
    guard let limit = Int(text), limit >= 0 else {
      throw .invalidArgument(
        "Provided \(name) not an integer or within integer range", name: name, value: text)
    }
    return min(limit, Self.pageLimit)
  }

  private func encodeToken(_ key: String) -> String { Data(key.utf8).base64EncodedString() }

  private func decodeToken(_ token: String) throws(S3Fault) -> String {
    guard let data = Data(base64Encoded: token) else {
      throw .invalidArgument(
        "The continuation token provided is incorrect", name: "continuation-token", value: token)
    }
    return String(decoding: data, as: UTF8.self)
  }
}

/// One page of a listing: keys and the prefixes that several keys share up to the delimiter.
private struct ListPage {
  var prefix: String
  var delimiter: String
  var limit: Int
  /// Only what comes behind it, in the order of bytes.
  var after = ""
  var keys: [String] = []
  var commonPrefixes: [String] = []
  /// Where the next page goes on; nil at the end.
  var next: String?

  init(prefix: String, delimiter: String, limit: Int) {
    self.prefix = prefix
    self.delimiter = delimiter
    self.limit = limit
  }

  /// - Parameter all: sorted by their bytes.
  mutating func fill(from all: [String]) {
    var last: String?
    for key in all where key.utf8.starts(with: prefix.utf8) && after.utf8.lexicographicallyPrecedes(key.utf8)
    {
      let common = commonPrefix(key)
      // A prefix was listed before, or by the page before.
      if let common,
        commonPrefixes.last?.hasSameBytes(as: common) == true || after.utf8.starts(with: common.utf8)
      {
        continue
      }
      guard keys.count + commonPrefixes.count < limit else {
        next = limit == 0 ? nil : last
        return
      }
      if let common { commonPrefixes.append(common) } else { keys.append(key) }
      last = common ?? key
    }
  }

  private func commonPrefix(_ key: String) -> String? {
    guard !delimiter.isEmpty else { return nil }
    let bytes = Array(key.utf8)
    let mark = Array(delimiter.utf8)
    var position = prefix.utf8.count
    while position + mark.count <= bytes.count {
      if bytes[position..<position + mark.count].elementsEqual(mark) {
        return String(decoding: bytes[..<(position + mark.count)], as: UTF8.self)
      }
      position += 1
    }
    return nil
  }
}
