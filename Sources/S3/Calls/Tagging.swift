import Digests
import HTTP
import System
import XML

extension S3Client {
  /// The most tags that an object can have.
  public static let tagLimit = 10

  /// GetObjectTagging.
  public func tags(of location: S3Location) throws(S3Error) -> [ObjectTag] {
    var call = S3Call(.getObjectTagging, method: "GET", location)
    call.query.append(("tagging", ""))
    let answer = try perform(call)
    guard let set = XMLElement(parsing: answer.body)?.child("TagSet") else {
      throw call.error("Incomplete", "the answer holds no tags.", status: answer.status)
    }
    return set.children("Tag").map { ObjectTag(key: $0["Key"] ?? "", value: $0["Value"] ?? "") }
  }

  /// Sets tags and keeps the others. Two calls of S3's: not atomic, and no condition holds for them.
  /// - Parameter tags: what is to be set beside those that are there.
  /// - Returns: whether there was anything to change.
  /// - Throws: code `TooManyTags` where the object would have more than ``tagLimit``.
  @discardableResult
  public func mergeTags(
    on location: S3Location, _ tags: ([ObjectTag]) -> [ObjectTag]
  ) throws(S3Error) -> Bool {
    let old = try self.tags(of: location)
    let tags = tags(old)
    var merged = old
    for tag in tags {
      if let index = merged.firstIndex(where: { $0.key == tag.key }) {
        merged[index].value = tag.value
      } else {
        merged.append(tag)
      }
    }
    guard merged != old else { return false }
    var call = S3Call(.putObjectTagging, method: "PUT", location)
    guard merged.count <= Self.tagLimit else {
      throw call.error(
        "TooManyTags",
        "the object has \(old.count) tags, and with those to set it would have \(merged.count); S3 allows "
          + "\(Self.tagLimit). Write to metadata instead, or remove tags.")
    }
    call.query.append(("tagging", ""))
    call.body = Array(Self.document(merged).utf8)
    call.headers = [
      ("Content-Type", "application/xml"), ("Content-MD5", Base64.encode(Digest.md5(call.body))),
    ]
    _ = try perform(call)
    return true
  }

  private static func document(_ tags: [ObjectTag]) -> String {
    let body = tags.map {
      "<Tag><Key>\(XMLText.escape($0.key))</Key><Value>\(XMLText.escape($0.value))</Value></Tag>"
    }
    return
      "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>\(body.joined())</TagSet></Tagging>"
  }
}
