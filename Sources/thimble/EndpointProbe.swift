import Digests
import Foundation
import S3
import System

/// Finds out, with an object of its own, whether an S3 server does what Thimble relies on.
final class EndpointProbe {
  private let client: S3Client
  private let location: S3Location
  private var report = EndpointReport()
  /// Of the object, as far as they are known: a bucket that keeps versions keeps them until each is deleted.
  private var versions: Set<String> = []

  private static let label = "thimble-check"
  private static let text = "Ägyptische Katze, 日本の猫, 97 %"
  private static let tag = ObjectTag(key: "thimble-check-kept", value: "yes")
  private let body = (0..<4096).map { UInt8(truncatingIfNeeded: $0 * 31 + $0 >> 8) }

  init(_ client: S3Client, bucket: String) {
    self.client = client
    let folder = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    location = S3Location(bucket: bucket, key: "thimble-check-\(folder)/ä image+1.jpg")
  }

  /// Asks everything, and removes the object, whatever happens: a signal waits until then.
  /// - Throws: where nothing can be asked at all, or the object could not be removed.
  func run() throws -> EndpointReport {
    var (signals, before) = (sigset_t(), sigset_t())
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    client.deadline = Date().timeIntervalSince1970 + 60
    let result = Result { () throws(S3Error) in try ask() }
    client.deadline = Date().timeIntervalSince1970 + 20
    do throws(S3Error) {
      try remove()
    } catch {
      // An object that could not be written need not be there.
      if case .success = result { throw Failure("\(location) is left behind: \(error)") }
    }
    try result.get()
    return report
  }

  private func remove() throws(S3Error) {
    for version in versions {
      try client.delete(S3Location(bucket: location.bucket, key: location.key, versionID: version))
    }
    if versions.isEmpty { try client.delete(location) }
  }

  private func get() throws(S3Error) -> (head: ObjectHead, body: [UInt8]) {
    let got = try client.get(location, limit: 1 << 20)
    if let version = got.head.versionID { versions.insert(version) }
    return got
  }

  // MARK: The questions

  private func ask() throws(S3Error) {
    let answer = try client.put(
      location, body,
      headers: [
        ("Content-Type", "image/jpeg"), ("Cache-Control", "max-age=60"),
        ("x-amz-meta-\(Self.label)", MailSafeText.encode(Self.text)),
        ("x-amz-checksum-crc32", checksum), ("x-amz-sdk-checksum-algorithm", "CRC32"),
      ])
    if let version = answer.headers["x-amz-version-id"] { versions.insert(version) }
    try askReading()
    let hasTags = askTagging()
    askCopying(hasTags: hasTags)
    askLists()
  }

  private var checksum: String {
    let bytes = body.withUnsafeBytes { Checksum.of($0, .crc32) }
    return Data(bytes).base64EncodedString()
  }

  private func askReading() throws(S3Error) {
    let (head, bytes) = try get()
    if bytes == body {
      report.add("GET returns the bytes", "yes")
    } else {
      report.add(
        "GET returns the bytes", "no", unsafeFor: [.reading], remedy: "What was written comes back changed.")
    }
    askMetadata(head)
    let isMD5 = head.eTag.lowercased() == Digest.md5(body).hex
    let isChecked = head.digests.contains { !$0.isETag }
    report.add("GET returns checksums", isChecked ? "yes" : "no")
    let isMistaken = !isMD5 && head.digests.contains { $0.isETag && $0.kind == .wholeBody }
    if isMistaken, !isChecked, client.checksETags {
      report.add(
        "the ETag is an MD5", "no, it only looks like one", unsafeFor: [.reading],
        remedy: "Changed bytes would not be noticed over plain HTTP: use https.")
    } else {
      report.add("the ETag is an MD5", isMD5 ? "yes" : "no")
    }
    askConditions(head)
  }

  private func askMetadata(_ head: ObjectHead) {
    let question = "metadata is kept (RFC 2047)"
    let value = head.metadata(Self.label)
    if value == Self.text {
      report.add(question, "yes")
    } else {
      report.add(
        question, value.map { "changed: \($0)" } ?? "no", unsafeFor: [.metadata],
        remedy: "At least labels that are not ASCII come back changed.")
    }
  }

  /// Thimble compares the ETag of every answer itself, so that these only cost time where they are not obeyed.
  private func askConditions(_ head: ObjectHead) {
    do throws(S3Error) {
      _ = try client.get(location, limit: 1 << 20, ifMatch: Self.staleTag)
      report.add("GET obeys If-Match", "no (Thimble looks itself)")
    } catch {
      report.add("GET obeys If-Match", error.isPreconditionFailed ? "yes" : "refused: \(error.code)")
    }
    do throws(S3Error) {
      let answer = try client.answer(location, headers: [("Range", "bytes=1000-1999")])
      let isRight =
        answer.status == 206 && answer.headers["content-range"] == "bytes 1000-1999/\(body.count)"
        && answer.body == Array(body[1000..<2000])
      if isRight || answer.status == 200 && answer.body == body {
        report.add("GET obeys ranges", isRight ? "yes" : "no (models are read in one piece)")
      } else {
        report.add(
          "GET obeys ranges", "wrongly", unsafeFor: [.reading], remedy: "Models are read by ranges.")
      }
    } catch {
      report.add(
        "GET obeys ranges", "refused: \(error.code)", unsafeFor: [.reading],
        remedy: "Models are read by ranges.")
    }
  }

  /// - Returns: whether the object has a tag now.
  private func askTagging() -> Bool {
    do throws(S3Error) {
      try client.mergeTags(on: location) { _ in [Self.tag] }
      guard try client.tags(of: location) == [Self.tag] else {
        report.add("tags are kept", "no", unsafeFor: [.tags], remedy: "Tags come back changed.")
        return false
      }
      report.add("tags are kept", "yes")
      let head = try get().head
      if head.tagCount == 1 {
        report.add("GET returns the number of tags", "yes")
      } else {
        report.add(
          "GET returns the number of tags", "no", unsafeFor: [.tags],
          remedy: "An image whose labels are in tags would be labelled again at each event.")
      }
      return true
    } catch {
      report.add(
        "tags are kept", "refused: \(error.code)", unsafeFor: [.tags],
        remedy: "\(error)")
      return false
    }
  }

  private func askCopying(hasTags: Bool) {
    do throws(S3Error) {
      let before = try get().head
      let eTag = try client.replaceMetadata(
        of: location, head: before, metadata: [("thimble-check-new", "1")])
      let (after, bytes) = try get()
      let isRight =
        after.metadata("thimble-check-new") == "1"
        && after.metadata(Self.label) == before.metadata(Self.label)
        && after.contentType == "image/jpeg" && bytes == body
      if isRight {
        report.add("a copy onto itself replaces metadata", "yes")
      } else {
        report.add(
          "a copy onto itself replaces metadata", "wrongly", unsafeFor: [.metadata],
          remedy: "It loses what the object had, or does not set what it should.")
      }
      report.add(
        "its ETag stays",
        after.eTag == before.eTag && eTag == after.eTag ? "yes" : "no (images are read to find out)")
      if hasTags { try askTagsOfCopy() }
      askStaleCopy(after)
    } catch {
      report.add(
        "a copy onto itself replaces metadata", "refused: \(error.code)", unsafeFor: [.metadata],
        remedy: "\(error)")
    }
  }

  private func askTagsOfCopy() throws(S3Error) {
    if try client.tags(of: location) == [Self.tag] {
      report.add("its tags stay", "yes")
    } else {
      report.add(
        "its tags stay", "no", unsafeFor: [.metadata],
        remedy: "Tags of an image are lost when its metadata is written.")
    }
  }

  private func askStaleCopy(_ head: ObjectHead) {
    let question = "a copy obeys x-amz-copy-source-if-match"
    var stale = head
    stale.eTag = Self.staleTag
    do throws(S3Error) {
      _ = try client.replaceMetadata(of: location, head: stale, metadata: [("thimble-check-stale", "1")])
      _ = try? get()
      report.add(
        question, "no", unsafeFor: [.metadata],
        remedy: "An image that is replaced while it is processed would get the labels of the previous one.")
    } catch {
      if error.isPreconditionFailed {
        report.add(question, "yes")
      } else {
        report.add(
          question, "fails otherwise: \(error.code)", unsafeFor: [.metadata],
          remedy: "A replaced image could not be distinguished from a failure.")
      }
    }
  }

  private func askLists() {
    do throws(S3Error) {
      let hasLists = try client.accessControlList(of: location) != nil
      let ownership = try client.ownership(of: location.bucket)
      report.add(
        "access control lists", !hasLists ? "none" : ownership.disablesLists ? "off" : "can be read")
    } catch {
      report.add("access control lists", "cannot be read: \(error.code)")
    }
  }

  /// An ETag that no version of the object has.
  private static let staleTag = "00112233445566778899aabbccddeeff"
}
