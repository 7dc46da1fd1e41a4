import Foundation
import System
import XML

/// Object tags in their two spellings: a header like a query, and a document.
enum Tagging {
  private static let countLimit = 10

  static func parse(query: String) throws(S3Fault) -> [ObjectTag] {
    var tags: [ObjectTag] = []
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? PercentEncoding.decode(parts[1], plusIsSpace: true) : ""
      tags.append(ObjectTag(key: PercentEncoding.decode(parts[0], plusIsSpace: true), value: value))
    }
    return try check(tags)
  }

  static func parse(document: Data) throws(S3Fault) -> [ObjectTag] {
    let root = try XMLElement(document: document)
    guard root.name == "Tagging", let set = root.child("TagSet") else { throw .malformedXML }
    var tags: [ObjectTag] = []
    for tag in set.children("Tag") {
      guard let key = tag["Key"], let value = tag["Value"] else { throw .malformedXML }
      tags.append(ObjectTag(key: key, value: value))
    }
    return try check(tags)
  }

  static func document(_ tags: [ObjectTag]) -> Data {
    var xml = XMLWriter()
    xml.element("Tagging", isRoot: true) { xml in
      xml.element("TagSet") { xml in
        for tag in tags {
          xml.element("Tag") { xml in
            xml.element("Key", tag.key)
            xml.element("Value", tag.value)
          }
        }
      }
    }
    return xml.data
  }

  private static func check(_ tags: [ObjectTag]) throws(S3Fault) -> [ObjectTag] {
    guard tags.count <= countLimit else {
      throw S3Fault(400, "BadRequest", "Object tags cannot be greater than \(countLimit)")
    }
    for (index, tag) in tags.enumerated() {
      guard (1...128).contains(tag.key.utf16.count) else {
        throw S3Fault(400, "InvalidTag", "The TagKey you have provided is invalid")
      }
      guard tag.value.utf16.count <= 256 else {
        throw S3Fault(400, "InvalidTag", "The TagValue you have provided is invalid")
      }
      guard !tags[..<index].contains(where: { $0.key.hasSameBytes(as: tag.key) }) else {
        throw S3Fault(400, "InvalidTag", "Cannot provide multiple Tags with the same key")
      }
    }
    return tags
  }
}
