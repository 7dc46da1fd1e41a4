import Digests
import TestSupport
import Testing

@testable import S3

struct AccessControlListTests {
  private let location = S3Location(bucket: "images", key: "a.jpg")

  private static let everybody = "http://acs.amazonaws.com/groups/global/AllUsers"

  private static func document(_ grants: String) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>owner</ID>\
    <DisplayName>me</DisplayName></Owner><AccessControlList>\(grants)</AccessControlList></AccessControlPolicy>
    """
  }

  private static func grant(_ grantee: String, _ permission: String) -> String {
    let schema = "http://www.w3.org/2001/XMLSchema-instance"
    return "<Grant><Grantee xmlns:xsi=\"\(schema)\" xsi:type=\"Group\">\(grantee)</Grantee>"
      + "<Permission>\(permission)</Permission></Grant>"
  }

  private func call<Value>(
    _ answer: ScriptedServer.Step, _ body: (S3Client) throws(S3Error) -> Value
  ) throws -> (Result<Value, S3Error>, String?) {
    try ScriptedServer.run({ _ in [answer] }) { server in
      let client = try S3Client(
        credentials: Credentials(accessKeyID: "id", secretAccessKey: "secret"), region: "us-east-1",
        endpoint: server.endpoint, retry: .none)
      let result = Result { () throws(S3Error) in try body(client) }
      return (result, server.requests.first?.target)
    }
  }

  @Test func lists() throws {
    let owners = Self.grant("<ID>owner</ID><DisplayName>me</DisplayName>", "FULL_CONTROL")
    let cases: [(String, Bool, [String])] = [
      (owners, false, [#"x-amz-grant-full-control: id="owner""#]),
      ("", false, []),
      (Self.grant("<ID>owner</ID>", "READ"), true, [#"x-amz-grant-read: id="owner""#]),
      (
        owners + Self.grant("<URI>\(Self.everybody)</URI>", "READ"), true,
        [
          #"x-amz-grant-read: uri="\#(Self.everybody)""#, #"x-amz-grant-full-control: id="owner""#,
        ]
      ),
      (
        owners + Self.grant("<ID>other</ID>", "FULL_CONTROL") + Self.grant("<ID>other</ID>", "READ_ACP")
          + Self.grant("<EmailAddress>a@example.com</EmailAddress>", "WRITE_ACP"), true,
        [
          #"x-amz-grant-read-acp: id="other""#, #"x-amz-grant-write-acp: emailAddress="a@example.com""#,
          #"x-amz-grant-full-control: id="owner", id="other""#,
        ]
      ),
    ]
    for (grants, hasOthers, headers) in cases {
      let (result, target) = try call(.answer(200, [:], Self.document(grants))) { client throws(S3Error) in
        try client.accessControlList(of: location)
      }
      let list = try #require(try result.get())
      #expect(target == "/images/a.jpg?acl=" && list.owner == "owner")
      #expect(
        list.hasOtherGrants == hasOthers && list.grantHeaders.map { "\($0.name): \($0.value)" } == headers)
    }
  }

  /// A grant that would be lost is not passed over.
  @Test func notUnderstood() throws {
    for text in [
      Self.document(Self.grant("<ID>a</ID>", "DANCE")), Self.document(Self.grant("<Name>a</Name>", "READ")),
      "<ListBucketResult></ListBucketResult>",
    ] {
      let (result, _) = try call(.answer(200, [:], text)) { client throws(S3Error) in
        try client.accessControlList(of: location)
      }
      guard case .failure(let error) = result else {
        Issue.record("taken: \(text)")
        continue
      }
      #expect(error.code == "Incomplete")
    }
  }

  @Test func serversWithoutLists() throws {
    // MinIO's.
    let nobody = Self.document(Self.grant("<Type>CanonicalUser</Type>", "FULL_CONTROL"))
    let minIO = nobody.split(separator: "owner").joined()
    let (own, _) = try call(.answer(200, [:], minIO)) { client throws(S3Error) in
      try client.accessControlList(of: location)
    }
    #expect(try own.get()?.hasOtherGrants == false)
    for (status, code) in [(501, "NotImplemented"), (405, "MethodNotAllowed")] {
      let step = ScriptedServer.Step.answer(status, [:], "<Error><Code>\(code)</Code></Error>")
      let (list, _) = try call(step) { client throws(S3Error) in
        try client.accessControlList(of: location)
      }
      #expect(try list.get() == nil)
      let (ownership, _) = try call(step) { client throws(S3Error) in try client.ownership(of: "images") }
      #expect(try ownership.get() == .unknown)
    }
    let denied = ScriptedServer.Step.answer(403, [:], "<Error><Code>AccessDenied</Code></Error>")
    let (list, _) = try call(denied) { client throws(S3Error) in
      try client.accessControlList(of: location)
    }
    let error = failure { () throws(S3Error) in _ = try list.get() }
    #expect(error?.description.contains("s3:GetObjectAcl, on arn:aws:s3:::images/a.jpg") == true)
  }

  @Test func ownerships() throws {
    func document(_ value: String) -> String {
      "<OwnershipControls xmlns=\"x\"><Rule><ObjectOwnership>\(value)</ObjectOwnership></Rule></OwnershipControls>"
    }
    let cases: [(Int, String, ObjectOwnership)] = [
      (200, document("BucketOwnerEnforced"), .bucketOwnerEnforced),
      (200, document("ObjectWriter"), .objectWriter),
      (200, document("BucketOwnerPreferred"), .bucketOwnerPreferred), (200, document("New"), .unknown),
      (404, "<Error><Code>OwnershipControlsNotFoundError</Code></Error>", .objectWriter),
      (200, "<ListBucketResult></ListBucketResult>", .unknown),
    ]
    for (status, text, expected) in cases {
      let (result, target) = try call(.answer(status, [:], text)) { client throws(S3Error) in
        try client.ownership(of: "images")
      }
      #expect(try result.get() == expected && target == "/images/?ownershipControls=")
    }
    let (result, _) = try call(
      .answer(403, [:], "<Error><Code>AccessDenied</Code></Error>")
    ) { client throws(S3Error) in try client.ownership(of: "images") }
    let error = failure { () throws(S3Error) in _ = try result.get() }
    #expect(error?.description.contains("s3:GetBucketOwnershipControls, on arn:aws:s3:::images.") == true)
  }

  /// An object without a key stays refused.
  @Test func keysStayNeeded() throws {
    let (result, target) = try call(.answer(200)) { client throws(S3Error) in
      try client.get(S3Location(bucket: "images", key: ""), limit: 10).body
    }
    #expect(failure { () throws(S3Error) in _ = try result.get() }?.code == "InvalidRequest" && target == nil)
  }

  // MARK: What errors say

  @Test func whatIsNotThere() throws {
    func error(_ status: Int, _ text: String, version: String? = nil) throws -> S3Error? {
      let location = S3Location(bucket: "images", key: "a.jpg", versionID: version)
      let (result, _) = try call(.answer(status, [:], text)) { client throws(S3Error) in
        try client.get(location, limit: 10).body
      }
      return failure { () throws(S3Error) in _ = try result.get() }
    }
    func document(_ code: String) -> String { "<Error><Code>\(code)</Code></Error>" }
    #expect(try error(404, document("NoSuchKey"))?.isNotFound == true)
    #expect(try error(404, document("NoSuchVersion"))?.isNotFound == true)
    #expect(try error(405, document("MethodNotAllowed"), version: "v")?.isNotFound == true)
    #expect(try error(405, document("MethodNotAllowed"))?.isNotFound == false)
    #expect(try error(404, document("NoSuchBucket"))?.isNotFound == false)
    // A web server, or a proxy.
    #expect(try error(404, "<html>not found</html>")?.isNotFound == false)
    #expect(try error(404, "")?.isNotFound == false)
    for code in ["ExpiredToken", "InvalidToken", "TokenRefreshRequired"] {
      #expect(try error(400, document(code))?.needsNewCredentials == true)
    }
    #expect(try error(403, document("AccessDenied"))?.needsNewCredentials == false)
    #expect(try error(400, document("InvalidRequest"))?.remedy?.contains("SSE-C") == true)
  }
}

/// What boto3 sets and sees of lists and checksums.
@Suite(.enabled(if: Peer.isThere, Peer.hint))
struct GrantPeerTests {
  @Test func grantsOfMoto() async throws {
    try await Peer.moto.run { server in
      try await server.python(
        """
        s3.create_bucket(Bucket="images")
        for name in ["private", "public-read", "authenticated-read", "public-read-write"]:
          s3.put_object(Bucket="images", Key=name, Body=b"image", ACL=name)
        """)
      try await server.withClient { (client: S3Client) throws in
        for name in ["private", "public-read", "authenticated-read", "public-read-write"] {
          let location = S3Location(bucket: "images", key: name)
          let list = try #require(try client.accessControlList(of: location))
          #expect(list.hasOtherGrants == (name != "private"), "\(list)")
          _ = try client.put(
            S3Location(bucket: "images", key: name + "-again"), [1], headers: list.grantHeaders)
        }
        #expect(try client.ownership(of: "images") == .objectWriter)
        let missing = failure { () throws(S3Error) in _ = try client.ownership(of: "no-such-bucket") }
        #expect(missing?.code == "NoSuchBucket")
      }
      try await server.python(
        """
        def grants(key):
          return sorted(s3.get_object_acl(Bucket="images", Key=key)["Grants"], key=str)
        for name in ["private", "public-read", "authenticated-read"]:
          assert grants(name) == grants(name + "-again"), (name, grants(name), grants(name + "-again"))
        s3.put_bucket_ownership_controls(
          Bucket="images", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
        """)
      try await server.withClient { (client: S3Client) throws in
        #expect(try client.ownership(of: "images") == .bucketOwnerEnforced)
      }
    }
  }

  /// Checksums of boto3's, as each server keeps them; of whole uploads and of those in parts.
  @Test(arguments: Peer.allCases) func checksumsOfUploads(_ peer: Peer) async throws {
    try await peer.run { server in
      try await server.python(
        """
        if "images" not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
          s3.create_bucket(Bucket="images")
        body = bytes((i * i * 7 + i * 31 + (i >> 8) * 13) & 255 for i in range(100_000))
        for name in ["CRC32", "SHA1", "SHA256"]:
          s3.put_object(Bucket="images", Key=name, Body=body, ChecksumAlgorithm=name)
        s3.put_object(Bucket="images", Key="plain", Body=body)
        big = body * 130
        upload = s3.create_multipart_upload(Bucket="images", Key="parts", ChecksumAlgorithm="CRC32")["UploadId"]
        parts = []
        for number, start in enumerate(range(0, len(big), 8 << 20), 1):
          part = s3.upload_part(Bucket="images", Key="parts", UploadId=upload, PartNumber=number,
                                Body=big[start:start + (8 << 20)], ChecksumAlgorithm="CRC32")
          parts.append({"PartNumber": number, "ETag": part["ETag"]} |
                       {name: part[name] for name in ["ChecksumCRC32"] if name in part})
        s3.complete_multipart_upload(Bucket="images", Key="parts", UploadId=upload,
                                     MultipartUpload={"Parts": parts})
        """)
      try await server.withClient { (client: S3Client) throws in
        let body = pattern(100_000)
        for key in ["CRC32", "SHA1", "SHA256", "plain", "parts"] {
          let location = S3Location(bucket: "images", key: key)
          let got = try client.get(location, limit: 20 << 20)
          let verifier = BodyVerifier(got.head, wantsMD5: true, checksETag: client.checksETags)
          got.body.withUnsafeBytes(verifier.update)
          let outcome = try verifier.finish(location)
          #expect(outcome.md5 == Digest.md5(got.body))
          if key == "parts" {
            let found = got.head.digests.first { $0.isETag }
            let eTag = try #require(found)
            #expect(eTag.kind == .composite)
          } else {
            #expect(got.body == body && outcome.evidence != .none, "\(key): \(outcome)")
          }
        }
      }
    }
  }
}
