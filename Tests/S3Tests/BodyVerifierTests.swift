import Digests
import HTTP
import System
import TestSupport
import Testing

@testable import S3

struct BodyVerifierTests {
  private let location = S3Location(bucket: "images", key: "a.jpg")
  private let body = pattern(5000)

  private func head(_ eTag: String, _ headers: [(String, String)] = [], length: Int = 5000) -> ObjectHead {
    ObjectHead(eTag: eTag, length: length, headers: HTTPHeaders(headers.map { (name: $0.0, value: $0.1) }))
  }

  private func checksum(_ algorithm: Checksum.Algorithm, _ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { Checksum.of($0, algorithm) }
  }

  private func verify(
    _ head: ObjectHead, _ bytes: [UInt8], wantsMD5: Bool = false, checksETag: Bool = true
  ) -> Result<BodyVerifier.Outcome, S3Error> {
    let verifier = BodyVerifier(head, wantsMD5: wantsMD5, checksETag: checksETag)
    bytes.withUnsafeBytes { all in
      for start in stride(from: 0, to: all.count, by: 777) {
        verifier.update(UnsafeRawBufferPointer(rebasing: all[start..<min(start + 777, all.count)]))
      }
    }
    return Result { () throws(S3Error) in try verifier.finish(location) }
  }

  private var flipped: [UInt8] {
    var bytes = body
    bytes[3210] ^= 4
    return bytes
  }

  @Test(arguments: Checksum.Algorithm.allCases.filter { $0 != .md5 }, [true, false])
  func oneFlippedBit(algorithm: Checksum.Algorithm, hasType: Bool) throws {
    let name = try #require(algorithm.headerName)
    let value = Base64.encode(checksum(algorithm, body))
    let type = hasType ? [("x-amz-checksum-type", "FULL_OBJECT")] : []
    // The ETag is that of an upload in parts, or encrypted, or no MD5.
    for eTag in [String(repeating: "a", count: 32), "opaque", String(repeating: "a", count: 32) + "-3"] {
      let head = head(eTag, [(name, value)] + type)
      #expect(try verify(head, body).get().evidence == .checksum(algorithm))
      guard case .failure(let error) = verify(head, flipped) else {
        Issue.record("\(algorithm) sees no flipped bit")
        continue
      }
      #expect(error.isChecksumMismatch && error.message.contains(name) && error.message.contains(value))
      #expect(error.message.contains(Base64.encode(checksum(algorithm, flipped))), "\(error)")
    }
  }

  @Test func cheapestDecides() throws {
    let values = Checksum.Algorithm.allCases.compactMap { algorithm in
      algorithm.headerName.map { ($0, Base64.encode(checksum(algorithm, body))) }
    }
    #expect(try verify(head("e", values), body).get().evidence == .checksum(.crc32))
    #expect(try verify(head("e", values.reversed().dropLast()), body).get().evidence == .checksum(.crc64nvme))
  }

  @Test func eTagsThatAreMD5() throws {
    let md5 = checksum(.md5, body)
    for more in [[], [("x-amz-server-side-encryption", "AES256")]] {
      let head = head(md5.hex.uppercased(), more)
      let outcome = try verify(head, body).get()
      #expect(outcome == BodyVerifier.Outcome(evidence: .eTag, md5: md5, eTagIsMD5: true))
      guard case .failure(let error) = verify(head, flipped) else {
        Issue.record("a flipped bit is not seen")
        continue
      }
      #expect(error.isChecksumMismatch && error.message.contains("ETag is \(md5.hex)"), "\(error)")
      #expect(error.message.contains(checksum(.md5, flipped).hex) && error.remedy?.contains("https") == true)
    }
  }

  @Test(arguments: [
    [("x-amz-server-side-encryption", "aws:kms")], [("x-amz-server-side-encryption", "aws:kms:dsse")],
    [("x-amz-server-side-encryption-customer-algorithm", "AES256")],
  ])
  func eTagsOfOtherEncryption(headers: [(String, String)]) throws {
    let outcome = try verify(head(checksum(.md5, flipped).hex, headers), body).get()
    #expect(outcome == BodyVerifier.Outcome(evidence: .none, md5: nil, eTagIsMD5: nil))
  }

  @Test(arguments: ["", "abc", String(repeating: "g", count: 32), String(repeating: "0", count: 31) + "-"])
  func eTagsOfOtherForms(eTag: String) throws {
    #expect(try verify(head(eTag), body).get().evidence == .none)
  }

  /// Over TLS to a server whose ETags may be anything.
  @Test func eTagsThatOnlyLookLikeMD5() throws {
    let head = head(String(repeating: "0", count: 32))
    let outcome = try verify(head, body, wantsMD5: true, checksETag: false).get()
    #expect(
      outcome == BodyVerifier.Outcome(evidence: .none, md5: checksum(.md5, body), eTagIsMD5: false))
    #expect(try verify(head, body, checksETag: false).get().md5 == nil)
    // A checksum proves that the bytes are right, so the ETag is not an MD5.
    let checked = self.head(
      head.eTag, [("x-amz-checksum-crc32", Base64.encode(checksum(.crc32, body)))])
    let other = try verify(checked, body, wantsMD5: true).get()
    #expect(other.evidence == .checksum(.crc32) && other.eTagIsMD5 == false)
  }

  @Test func uploadsInParts() throws {
    let value = Base64.encode(checksum(.sha256, flipped))
    for headers in [
      [("x-amz-checksum-sha256", value + "-3")],
      [("x-amz-checksum-sha256", value + "-3"), ("x-amz-checksum-type", "COMPOSITE")],
      [("x-amz-checksum-sha256", value), ("x-amz-checksum-type", "COMPOSITE")],
      // Not what such a checksum looks like.
      [("x-amz-checksum-sha256", "AAAA")], [("x-amz-checksum-sha256", "?")], [("x-amz-checksum-new", value)],
    ] {
      let outcome = try verify(head(checksum(.md5, flipped).hex + "-3", headers), body, wantsMD5: true).get()
      #expect(
        outcome == BodyVerifier.Outcome(evidence: .none, md5: checksum(.md5, body), eTagIsMD5: nil))
    }
  }

  @Test func wrongLengths() {
    for bytes in [Array(body.dropLast()), body + [0], []] {
      guard case .failure(let error) = verify(head("e"), bytes) else {
        Issue.record("\(bytes.count) bytes are taken")
        continue
      }
      #expect(error.code == "Incomplete" && error.message == "\(bytes.count) of 5000 bytes came.")
    }
    #expect(throws: Never.self) {
      try verify(head("d41d8cd98f00b204e9800998ecf8427e", length: 0), []).get()
    }
  }

  @Test func whoseETagsAreChecked() throws {
    func checks(_ endpoint: String?) throws -> Bool {
      let credentials = Credentials(accessKeyID: "id", secretAccessKey: "secret")
      return try S3Client(credentials: credentials, region: "eu-west-1", endpoint: endpoint).checksETags
    }
    #expect(try checks(nil) && checks("http://127.0.0.1:9000") && checks("http://minio.example/x"))
    #expect(try checks("https://bucket.vpce-1a2b-5e6f.s3.us-east-1.vpce.amazonaws.com"))
    #expect(try !checks("https://minio.example") && !checks("https://amazonaws.com.example:443"))
  }

  // MARK: Parts

  @Test(arguments: [Checksum.Algorithm.crc32, .crc32c, .crc64nvme])
  func ranges(algorithm: Checksum.Algorithm) throws {
    let name = try #require(algorithm.headerName)
    let head = head("e-3", [(name, Base64.encode(checksum(algorithm, body)))])
    let cuts = [0, 1, 1024, 3000, 5000]
    func outcome(_ bytes: [UInt8], without missing: Int? = nil) throws -> S3Error? {
      let verifier = try #require(RangesVerifier(head))
      for index in [2, 0, 3, 1] where index != missing {
        let piece = verifier.piece(at: cuts[index])
        bytes[cuts[index]..<cuts[index + 1]].withUnsafeBytes { part in
          piece.update(UnsafeRawBufferPointer(rebasing: part[..<(part.count / 2)]))
          piece.update(UnsafeRawBufferPointer(rebasing: part[(part.count / 2)...]))
        }
        verifier.add(piece)
      }
      return failure { () throws(S3Error) in try verifier.finish(location) }
    }
    #expect(try outcome(body) == nil)
    #expect(try outcome(flipped)?.isChecksumMismatch == true)
    #expect(try outcome(body, without: 2)?.code == "Incomplete")
    #expect(try outcome(body, without: 3)?.code == "Incomplete")
  }

  @Test func rangesWithoutACRC() {
    for headers in [
      [], [("x-amz-checksum-sha256", Base64.encode(checksum(.sha256, body)))],
      [("x-amz-checksum-crc32", "AAAAAA==-2")],
    ] {
      #expect(RangesVerifier(head(checksum(.md5, body).hex, headers)) == nil)
    }
  }
}
