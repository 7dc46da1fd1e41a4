import HTTP
import Testing

@testable import S3

struct MetadataChangeTests {
  @Test func everythingIsSaidAgain() {
    let head = ObjectHead(
      eTag: "abc", length: 10,
      headers: HTTPHeaders([
        ("Content-Type", "image/jpeg"), ("Cache-Control", "no-cache"), ("Content-Disposition", "inline"),
        ("Content-Encoding", "aws-chunked, gzip"), ("Content-Language", "de"), ("Expires", "never"),
        ("Content-Length", "10"),
        ("x-amz-website-redirect-location", "/x"), ("x-amz-storage-class", "GLACIER_IR"),
        ("x-amz-server-side-encryption", "aws:kms:dsse"),
        ("x-amz-server-side-encryption-aws-kms-key-id", "key"),
        ("x-amz-server-side-encryption-bucket-key-enabled", "true"), ("x-amz-object-lock-mode", "COMPLIANCE"),
        ("x-amz-object-lock-retain-until-date", "2040-01-02T03:04:05Z"),
        ("x-amz-object-lock-legal-hold", "ON"),
        ("x-amz-checksum-crc64nvme", "x"), ("x-amz-checksum-type", "FULL_OBJECT"), ("x-amz-version-id", "v"),
        ("Last-Modified", "then"), ("x-amz-request-id", "r"), ("x-amz-meta-Owner", "=?UTF-8?B?w7w=?="),
        ("x-amz-meta-old", "1"),
        ("x-amz-meta-label", "dog"),
      ]))
    #expect(head.metadata("owner") == "ü" && head.metadata("OWNER") == "ü" && head.metadata.count == 3)
    let change = MetadataChange(
      head, changes: [("Label", "größer"), ("old", nil), ("none", nil), ("new", "x")])
    #expect(change.obstacle == nil)
    let headers = change.headers.map { "\($0.name): \($0.value)" }.sorted()
    #expect(
      headers
        == [
          "x-amz-metadata-directive: REPLACE", "x-amz-tagging-directive: COPY",
          "x-amz-copy-source-if-match: \"abc\"",
          "content-type: image/jpeg", "cache-control: no-cache", "content-disposition: inline",
          "content-encoding: gzip",
          "content-language: de", "expires: never", "x-amz-website-redirect-location: /x",
          "x-amz-storage-class: GLACIER_IR",
          "x-amz-server-side-encryption: aws:kms:dsse", "x-amz-server-side-encryption-aws-kms-key-id: key",
          "x-amz-server-side-encryption-bucket-key-enabled: true", "x-amz-object-lock-mode: COMPLIANCE",
          "x-amz-object-lock-retain-until-date: 2040-01-02T03:04:05Z", "x-amz-object-lock-legal-hold: ON",
          "content-md5: 1B2M2Y8AsgTpgAmY7PhCfg==", "x-amz-checksum-algorithm: CRC64NVME",
          "x-amz-meta-owner: =?UTF-8?B?w7w=?=",
          "x-amz-meta-label: =?UTF-8?Q?gr=C3=B6=C3=9Fer?=", "x-amz-meta-new: x",
        ].sorted())
  }

  @Test func obstacles() {
    func code(length: Int = 1, _ fields: [(String, String)], _ value: String = "x") -> String? {
      let head = ObjectHead(eTag: "e", length: length, headers: HTTPHeaders(fields))
      return MetadataChange(head, changes: [("label", value)]).obstacle?.code
    }
    #expect(code([]) == nil)
    #expect(code(length: 5 << 30, []) == nil)
    #expect(code(length: (5 << 30) + 1, []) == "NotSupported")
    #expect(code([("x-amz-server-side-encryption-customer-algorithm", "AES256")]) == "NotSupported")
    #expect(code([("x-amz-storage-class", "DEEP_ARCHIVE")]) == "InvalidObjectState")
    #expect(
      code([("x-amz-storage-class", "GLACIER"), ("x-amz-restore", "ongoing-request=\"true\"")])
        == "InvalidObjectState")
    #expect(
      code([
        ("x-amz-storage-class", "GLACIER"), ("x-amz-restore", "ongoing-request=\"false\", expiry-date=\"x\""),
      ]) == nil)
    #expect(
      code([("x-amz-storage-class", "INTELLIGENT_TIERING"), ("x-amz-archive-status", "ARCHIVE_ACCESS")])
        == "InvalidObjectState")
    #expect(code([("x-amz-missing-meta", "2")]) == "NotSupported")
    #expect(code([], String(repeating: "x", count: 2048 - 5)) == nil)
    #expect(code([], String(repeating: "x", count: 2048 - 4)) == "MetadataTooLarge")
  }
}
