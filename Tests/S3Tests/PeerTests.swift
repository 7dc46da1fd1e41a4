import Digests
import Foundation
import HTTP
import System
import TestSupport
import Testing

@testable import S3

/// The client's calls, looked at with boto3 before and afterwards.
@Suite(.enabled(if: Peer.isThere, Peer.hint))
struct PeerTests {
  @Test(arguments: Peer.allCases)
  func objects(_ peer: Peer) async throws {
    try await peer.run { server in
      try await makeBucket(server)
      try await oddKeys(peer, server, retry: .none)
      try await conditions(peer, server)
      try await tags(peer, server)
      try await downloads(server)
      try await failures(peer, server)
    }
  }

  /// Three of ten requests fail, in all the ways that the emulator knows.
  @Test func objectsOfAFailingService() async throws {
    try await Peer.emulator.run(faults: 0.3) { server in
      try await oddKeys(
        .emulator, server, retry: RetryPolicy(attempts: 30, baseDelay: 0.001, maximumDelay: 0.01))
      try await downloads(server)
    }
  }

  /// What only moto keeps: encryption, locks, versions, redirects.
  @Test func rareProperties() async throws {
    try await Peer.moto.run { server in
      try await server.python(
        """
        s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
        until = datetime.datetime(2040, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
        common = dict(Bucket="locked", Body=b"image", ContentType="image/png", Metadata={"keep": "me"})
        s3.put_object(Key="lock", **common, ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until,
                      ObjectLockLegalHoldStatus="ON")
        s3.put_object(Key="kms", **common, ServerSideEncryption="aws:kms", BucketKeyEnabled=True,
                      SSEKMSKeyId="arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012")
        s3.put_object(Key="aes", **common, ServerSideEncryption="AES256", ChecksumAlgorithm="SHA256")
        s3.put_object(Key="site", **common, WebsiteRedirectLocation="/elsewhere", StorageClass="ONEZONE_IA",
                      Expires=until, CacheControl="no-cache", Tagging="a=1&b=2")
        save("before", {key: snapshot("locked", key) for key in ["lock", "kms", "aes", "site"]})
        """)
      try await server.withClient { (client: S3Client) throws in
        for key in ["lock", "kms", "aes", "site"] {
          let location = S3Location(bucket: "locked", key: key)
          let head = try client.peek(location)
          #expect(head.versionID != nil)
          try client.replaceMetadata(of: location, head: head, metadata: [("label", "cat")])
          // The version from before is still available.
          let old = S3Location(bucket: "locked", key: key, versionID: head.versionID)
          #expect(try client.peek(old).metadata("label") == nil)
          let new = try client.get(location, limit: 100)
          #expect(new.head.metadata("label") == "cat" && new.head.versionID != head.versionID)
        }
      }
      try await server.python(
        """
        for key, before in load("before").items():
          after = snapshot("locked", key)
          before["Metadata"]["label"] = "cat"
          assert after == before, (key, before, after)
        """)
    }
  }

  private func makeBucket(_ server: PeerServer) async throws {
    try await server.python(
      """
      if "images" not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket="images")
      """)
  }

  // MARK: HEAD, GET, COPY

  private func oddKeys(_ peer: Peer, _ server: PeerServer, retry: RetryPolicy) async throws {
    let keys = peer.keys
    try JSONEncoder().encode(keys).write(to: URL(fileURLWithPath: server.scratch.path("keys.json")))
    try await server.python(
      """
      before = {}
      for number, key in enumerate(load("keys")):
        more = {}
        if number % 2:
          more = dict(CacheControl="max-age=60,  public", ContentDisposition='attachment; filename="a b.jpg"',
                      ContentLanguage="de, en", ContentEncoding="gzip", Tagging="team=shop%20floor&id=%C3%BC",
                      Metadata={"owner": "somebody", "two-words": "a  b", "mail": "=?UTF-8?Q?caf=C3=A9?=", "label": "old"})
        s3.put_object(Bucket="images", Key=key, Body=key.encode() * 100, ContentType="image/jpeg", **more)
        before[key] = snapshot("images", key)
      save("before", before)
      """)
    try await server.withClient(retry: retry) { (client: S3Client) throws in
      for key in keys {
        let location = S3Location(bucket: "images", key: key)
        let body = Array(String(repeating: key, count: 100).utf8)
        let head = try client.peek(location)
        #expect(head.length == body.count && head.contentType == "image/jpeg", "\(key)")
        let got = try client.get(location, limit: body.count, ifMatch: head.eTag)
        #expect(got.body == body && got.head.eTag == head.eTag, "\(key)")
        let eTag = try client.replaceMetadata(
          of: location, head: got.head,
          metadata: [("label", "Ägyptische Katze"), ("label-score", "0.97"), ("owner", nil)])
        let after = try client.peek(location)
        #expect(after.eTag == eTag && after.metadata("label") == "Ägyptische Katze", "\(key)")
      }
    }
    try await server.python(
      """
      for key, before in load("before").items():
        after = snapshot("images", key)
        from email.header import decode_header, make_header
        after["Metadata"] = {name: str(make_header(decode_header(value))) if name == "label" else value
                             for name, value in after["Metadata"].items()}
        before["Metadata"] |= {"label": "Ägyptische Katze", "label-score": "0.97"}
        before["Metadata"].pop("owner", None)
        assert after == before, (key, before, after)
      """)
  }

  private func conditions(_ peer: Peer, _ server: PeerServer) async throws {
    let location = S3Location(bucket: "images", key: "changing")
    let put = "s3.put_object(Bucket='images', Key='changing', Body=b'%')"
    try await server.python(put.replacingOccurrences(of: "%", with: "first"))
    let head = try await server.withClient { try $0.peek(location) }
    try await server.python(put.replacingOccurrences(of: "%", with: "second"))
    try await server.withClient { (client: S3Client) throws in
      // moto does not know the condition.
      if peer != .moto {
        let copy = failure { () throws(S3Error) in
          _ = try client.replaceMetadata(of: location, head: head, metadata: [("label", "cat")])
        }
        #expect(copy?.isPreconditionFailed == true, "\(copy as Any)")
      }
      let get = failure { () throws(S3Error) in _ = try client.get(location, limit: 100, ifMatch: head.eTag) }
      #expect(get?.isPreconditionFailed == true, "\(get as Any)")
      let download = failure { () throws(S3Error) in
        try client.download(
          location, to: server.scratch.path("changed"), options: DownloadOptions(ifMatch: head.eTag))
      }
      #expect(download?.isPreconditionFailed == true, "\(download as Any)")
      #expect(try client.get(location, limit: 100).body == Array("second".utf8))
      #expect(try client.peek(location).metadata("label") == nil)
    }
  }

  private func tags(_ peer: Peer, _ server: PeerServer) async throws {
    try await server.python(
      """
      s3.put_object(Bucket="images", Key="tagged", Body=b"x", Tagging="z=26&a=1&label=old")
      s3.put_object(Bucket="images", Key="untagged", Body=b"x")
      """)
    try await server.withClient { (client: S3Client) throws in
      let location = S3Location(bucket: "images", key: "tagged")
      let old = try client.tags(of: location)
      #expect(Set(old.map { "\($0.key)=\($0.value)" }) == ["z=26", "a=1", "label=old"])
      let value = "Katze / cat + 0.5 = ü"
      try client.mergeTags(on: location) { _ in
        [ObjectTag(key: "label", value: value), ObjectTag(key: "new key", value: "")]
      }
      let expected = old.map { $0.key == "label" ? ObjectTag(key: "label", value: value) : $0 }
      let new = try client.tags(of: location)
      func inOrder(_ tags: [ObjectTag]) -> [ObjectTag] {
        // MinIO keeps them in no order.
        peer == .juicefs ? tags.sorted { $0.key < $1.key } : tags
      }
      #expect(inOrder(new) == inOrder(expected + [ObjectTag(key: "new key", value: "")]))
      let many = (0..<7).map { ObjectTag(key: "k\($0)", value: "v") }
      let tooMany = failure { () throws(S3Error) in try client.mergeTags(on: location) { _ in many } }
      #expect(tooMany?.code == "TooManyTags", "\(tooMany as Any)")
      #expect(try inOrder(client.tags(of: location)) == inOrder(new))
      let untagged = S3Location(bucket: "images", key: "untagged")
      #expect(try client.tags(of: untagged).isEmpty)
      try client.mergeTags(on: untagged) { _ in many }
      #expect(try client.tags(of: untagged).count == 7)
      #expect(try client.peek(untagged).tagCount == 7 || peer == .moto)
    }
  }

  // MARK: Downloads

  private func downloads(_ server: PeerServer) async throws {
    let lengths = [0, 1, (5 << 20) - 1, 5 << 20, (5 << 20) + 1, 30_000_001]
    try await server.python(
      """
      import random
      for length in [\(lengths.map(String.init).joined(separator: ", "))]:
        body = random.Random(length).randbytes(length)
        s3.put_object(Bucket="images", Key=f"file-{length}", Body=body)
        save(f"hash-{length}", hashlib.sha256(body).hexdigest())
      """)
    try await server.withClient { (client: S3Client) throws in
      for length in lengths {
        let path = server.scratch.path("download-\(length)")
        let head = try client.download(
          S3Location(bucket: "images", key: "file-\(length)"), to: path,
          options: DownloadOptions(partSize: 5 << 20, connections: 4))
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let expected = try JSONDecoder().decode(
          String.self,
          from: Data(contentsOf: URL(fileURLWithPath: server.scratch.path("hash-\(length).json"))))
        #expect(data.count == length && head.length == length)
        #expect(Digest.sha256(Array(data)).hex == expected)
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: server.scratch.directory)
      #expect(!names.contains { $0.contains(".part-") })
    }
  }

  // MARK: Failures

  private func failures(_ peer: Peer, _ server: PeerServer) async throws {
    try await server.withClient { (client: S3Client) throws in
      let missing = S3Location(bucket: "images", key: "no such/ü")
      let head = failure { () throws(S3Error) in _ = try client.peek(missing) }
      #expect(head?.isNotFound == true, "\(head as Any)")
      let get = failure { () throws(S3Error) in _ = try client.get(missing, limit: 10) }
      #expect(get?.code == "NoSuchKey" && get?.isNotFound == true, "\(get as Any)")
      #expect(get?.description.contains("GetObject s3://images/no such/ü: NoSuchKey (status 404") == true)
      let path = server.scratch.path("nothing")
      let download = failure { () throws(S3Error) in try client.download(missing, to: path) }
      #expect(download?.isNotFound == true && !FileManager.default.fileExists(atPath: path))
      let bucket = failure { () throws(S3Error) in
        _ = try client.get(S3Location(bucket: "no-such-bucket", key: "x"), limit: 10)
      }
      #expect(bucket?.code == "NoSuchBucket" && bucket?.isNotFound == false, "\(bucket as Any)")
      let long = failure { () throws(S3Error) in
        _ = try client.get(S3Location(bucket: "images", key: "file-30000001"), limit: 1 << 20)
      }
      #expect(long?.code == "TooLarge", "\(long as Any)")
    }
    guard peer != .moto else { return }
    var stranger = PeerServer(port: 0, id: server.id, secret: "wrong", scratch: server.scratch)
    stranger.endpoint = server.endpoint
    try await stranger.withClient { (client: S3Client) throws in
      let error = failure { () throws(S3Error) in
        _ = try client.get(S3Location(bucket: "images", key: "plain.jpg"), limit: 10_000)
      }
      #expect(error?.code == "SignatureDoesNotMatch" && error?.status == 403, "\(error as Any)")
      #expect(error?.remedy?.contains("AWS_SECRET_ACCESS_KEY") == true)
    }
  }
}

/// The error that `body` throws.
func failure(_ body: () throws(S3Error) -> Void) -> S3Error? {
  do throws(S3Error) {
    try body()
    return nil
  } catch { return error }
}
