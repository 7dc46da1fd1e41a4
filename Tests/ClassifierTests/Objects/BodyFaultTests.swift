import Digests
import Synchronization
import System
import TestSupport
import Testing

@testable import Classifier
@testable import S3

/// Images whose bytes do not arrive as S3 has them. The old code looked at their number only: a bit that was flipped
/// on the way gave other scores, or was called damage of the image.
@Suite(.enabled(if: Fixtures.exist("Classifier"), Comment(rawValue: Fixtures.hint)))
struct BodyFaultTests {
  /// Some bytes behind the image, which no decoder looks at.
  private static let image = Tagging.red + [UInt8](repeating: 0, count: 20)

  struct Fault: Sendable, CustomStringConvertible {
    /// nil: the ETag is an MD5.
    let checksum: Checksum.Algorithm?
    /// Whether the decoder sees it.
    let isVisible: Bool
    let isAlone: Bool
    var description: String { "\(checksum?.rawValue ?? "ETag"), \(isVisible), \(isAlone)" }

    static let all = ([nil] + Checksum.Algorithm.allCases.filter { $0 != .md5 }).flatMap { checksum in
      [false, true].flatMap { isVisible in
        [false, true].map { Fault(checksum: checksum, isVisible: isVisible, isAlone: $0) }
      }
    }

    func flip(_ bytes: [UInt8]) -> [UInt8] {
      var bytes = bytes
      bytes[isVisible ? 50 : bytes.count - 10] ^= 1
      return bytes
    }

    func put(_ s3: FakeS3) {
      s3.put(Tagging.path, image, eTag: checksum == nil ? nil : "1-2")
      guard let checksum, let name = checksum.headerName else { return }
      let value = image.withUnsafeBytes { Checksum.of($0, checksum) }
      s3[Tagging.path]?.headers = [name: Base64.encode(value)]
    }

    func process(_ tagger: ImageTagger) -> ObjectResult {
      isAlone ? tagger.process(Tagging.object) : tagger.processAmongOthers(Tagging.object)
    }
  }

  @Test(arguments: Fault.all) func oneFlippedBit(fault: Fault) throws {
    try FakeS3.run { s3 in
      fault.put(s3)
      let count = Atomic(0)
      s3.setBodyFilter { _, bytes in
        count.add(1, ordering: .relaxed).oldValue == 0 ? fault.flip(bytes) : bytes
      }
      let result = fault.process(try s3.tagger())
      #expect(result.status == .tagged, "\(result.text)")
      #expect(s3.metadata()["colour"] == "red" && s3.metadata()["colour-score"] == "1.0000")
      #expect(s3.log.count { $0 == "GET /images/a.png" } == 2)
    }
  }

  @Test(arguments: Fault.all, ["fail", "mark"]) func alwaysFlipped(fault: Fault, onFailure: String) throws {
    try FakeS3.run { s3 in
      fault.put(s3)
      s3.setBodyFilter { _, bytes in fault.flip(bytes) }
      let tagger = try s3.tagger(Tagging.text(", onFailure: '\(onFailure)'"))
      let result = fault.process(tagger)
      #expect(result.status == .failed && result.isTransient, "\(result.text)")
      #expect(result.text.contains("changed on the way"), "\(result.text)")
      #expect(s3.metadata().isEmpty && !s3.log.contains { $0.hasPrefix("PUT") })
      // The same process, when the line is good again.
      s3.setBodyFilter { _, bytes in bytes }
      #expect(fault.process(tagger).status == .tagged)
    }
  }

  /// What the marker is compared with must be what S3 has, too.
  @Test func flippedBesideAMarker() throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Self.image)
      s3[Tagging.path]?.isOpaque = true
      let key = "0123456789abcdef"
      let tagger = try s3.tagger(key: key)
      #expect(tagger.process(Tagging.object).status == .tagged)
      let value = Self.image.withUnsafeBytes { Checksum.of($0, .crc32) }
      s3[Tagging.path]?.headers["x-amz-checksum-crc32"] = Base64.encode(value)
      let count = Atomic(0)
      s3.setBodyFilter { _, bytes in
        var bytes = bytes
        if count.add(1, ordering: .relaxed).oldValue == 0 { bytes[60] ^= 1 }
        return bytes
      }
      #expect(tagger.process(Tagging.object).status == .skipped)
    }
  }

  /// A checksum of the parts' checksums proves nothing where the parts are not known.
  @Test(arguments: ["abcd", "x-amz-checksum-crc32"]) func uploadsInParts(name: String) throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Self.image, eTag: "0123456789abcdef0123456789abcdef-2")
      s3[Tagging.path]?.headers = [
        name: "AAAAAA==-2", "x-amz-checksum-type": "COMPOSITE",
      ]
      let result = try s3.tagger().process(Tagging.object)
      #expect(result.status == .tagged)
    }
  }

  /// The object is there, but shorter than it says.
  @Test(arguments: [false, true], [1, 15, 40]) func shortBodies(isAlone: Bool, missing: Int) throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Self.image)
      s3.setBodyFilter { _, bytes in bytes.dropLast(missing) }
      let fault = Fault(checksum: nil, isVisible: true, isAlone: isAlone)
      let tagger = try s3.tagger(Tagging.text(", onFailure: 'mark'"))
      let result = fault.process(tagger)
      #expect(result.status == .failed && result.isTransient, "\(result.text)")
      #expect(s3.metadata().isEmpty)
    }
  }

  /// The connection ends too early: once is made good by a range, always is transient.
  @Test(arguments: [false, true], [false, true]) func brokenConnections(isAlone: Bool, once: Bool) throws {
    try FakeS3.run { s3 in
      s3.put(Tagging.path, Self.image)
      let count = Atomic(0)
      let head =
        "HTTP/1.1 200 OK\r\nETag: \"\(Digest.md5(Self.image).hex)\"\r\nContent-Length: \(Self.image.count)\r\n\r\n"
      s3.setReply { line in
        guard line == "GET /images/a.png", !once || count.add(1, ordering: .relaxed).oldValue == 0 else {
          return nil
        }
        return [.send(head), .sendBytes(Array(Self.image.prefix(45))), .close]
      }
      let fault = Fault(checksum: nil, isVisible: true, isAlone: isAlone)
      let retry = RetryPolicy(attempts: 3, baseDelay: 0, maximumDelay: 0)
      let result = fault.process(try s3.tagger(Tagging.text(", onFailure: 'mark'"), retry: retry))
      if once {
        #expect(result.status == .tagged && s3.metadata()["colour"] == "red", "\(result.text)")
      } else {
        #expect(result.status == .failed && result.isTransient && s3.metadata().isEmpty, "\(result.text)")
      }
    }
  }
}
