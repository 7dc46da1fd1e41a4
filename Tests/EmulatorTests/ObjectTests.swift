import Foundation
import Testing

@testable import Emulator

/// What AWS documents of objects, by boto3.
@Suite(.enabled(if: Workbench.hasPython, Workbench.hint))
struct ObjectTests {
  @Test func documentedBehaviour() async throws {
    try await Workbench.run { bench in
      try await bench.python(
        """
        body = os.urandom(3000)
        put = lambda **arguments: s3.put_object(Bucket="images", Body=body, **arguments)
        get = lambda **arguments: s3.get_object(Bucket="images", **arguments)
        etag = put(Key="a", Metadata={"k": "v"})["ETag"]

        # RFC 9110, 13.2.2: If-Match hides If-Unmodified-Since, If-None-Match hides If-Modified-Since.
        same(get(Key="a", IfMatch=etag, IfUnmodifiedSince="2000-01-01")["Body"].read(), body)
        same(get(Key="a", IfNoneMatch='"x"', IfModifiedSince="2099-01-01")["Body"].read(), body)
        same(code(get, Key="a", Range="bytes=3000-"), ("InvalidRange", 416))
        same(get(Key="a", Range="bytes=-5000")["ContentRange"], "bytes 0-2999/3000")

        # Limits.
        put(Key="m", Metadata={"k": "v" * 2047})
        same(code(put, Key="m", Metadata={"k": "v" * 2048}), ("MetadataTooLarge", 400))
        same(len(s3.head_object(Bucket="images", Key="m")["Metadata"]["k"]), 2047)
        put(Key="k" * 1024)
        same(get(Key="k" * 1024)["Body"].read(), body)
        same(code(put, Key="k" * 1025), ("KeyTooLongError", 400))
        same(code(s3.create_bucket, Bucket="Bad_Name"), ("InvalidBucketName", 400))
        same(code(s3.put_object_tagging, Bucket="images", Key="a",
          Tagging={"TagSet": [{"Key": str(i), "Value": ""} for i in range(11)]})[1], 400)

        # A body that is not what was promised leaves the object as it was.
        for wrong, name in [(dict(ContentMD5="AAAAAAAAAAAAAAAAAAAAAA=="), "BadDigest"), (dict(ChecksumCRC32="AAAAAA=="), "BadDigest"),
                            (dict(ChecksumSHA256="A" * 43 + "="), "BadDigest"), (dict(ContentMD5="x"), "InvalidDigest")]:
          same(code(s3.put_object, Bucket="images", Key="a", Body=b"other" * 100, **wrong), (name, 400))
        same(get(Key="a")["ETag"], etag)

        # All checksums, ours against botocore's.
        for algorithm in ["CRC32", "SHA1", "SHA256"]:
          put(Key="sum", ChecksumAlgorithm=algorithm)
          same(get(Key="sum", ChecksumMode="ENABLED")["Body"].read(), body)
          head = s3.head_object(Bucket="images", Key="sum", ChecksumMode="ENABLED")
          assert head["Checksum" + algorithm] and head["ChecksumType"] == "FULL_OBJECT", head

        # Copies: conditions on both ends, what is kept and what is not.
        copy = lambda **arguments: s3.copy_object(Bucket="images", CopySource={"Bucket": "images", "Key": "a"}, **arguments)
        same(code(copy, Key="b", CopySourceIfMatch='"x"'), ("PreconditionFailed", 412))
        same(code(copy, Key="b", CopySourceIfNoneMatch=etag), ("PreconditionFailed", 412))
        same(code(s3.head_object, Bucket="images", Key="b")[1], 404)
        put(Key="src", StorageClass="STANDARD_IA", CacheControl="no-cache", ContentType="image/png", Tagging="a=b")
        s3.copy_object(Bucket="models", Key="dst", CopySource={"Bucket": "images", "Key": "src"})
        head = s3.head_object(Bucket="models", Key="dst")
        same((head.get("StorageClass"), head["CacheControl"], head["ContentType"], head["TagCount"]), (None, "no-cache", "image/png", 1))
        before = s3.head_object(Bucket="images", Key="a")
        copy(Key="a", CopySourceIfMatch=etag, MetadataDirective="REPLACE", Metadata={"label": "cat"}, ContentType="image/jpeg")
        after = s3.head_object(Bucket="images", Key="a")
        same((after["ETag"], after["Metadata"], after["ContentType"]), (before["ETag"], {"label": "cat"}, "image/jpeg"))
        same(get(Key="a")["Body"].read(), body)
        # A directive must be one of two words.
        same(code(s3.copy_object, Bucket="images", Key="b", CopySource="images/a", MetadataDirective="MAYBE"), ("InvalidArgument", 400))
        same(code(s3.copy_object, Bucket="images", Key="b", CopySource="images"), ("InvalidArgument", 400))
        same(code(s3.copy_object, Bucket="images", Key="b", CopySource="missing/a"), ("NoSuchBucket", 404))

        same(code(s3.put_object, Bucket="images", Key="a", Body=b"other", IfNoneMatch="*"), ("PreconditionFailed", 412))
        same(code(s3.delete_object, Bucket="images", Key="a", IfMatch='"x"'), ("PreconditionFailed", 412))
        s3.delete_object(Bucket="images", Key="a", IfMatch=etag)
        same(code(get, Key="a"), ("NoSuchKey", 404))
        same(s3.delete_objects(Bucket="images", Delete={"Quiet": True, "Objects": [{"Key": "m"}]}).get("Deleted"), None)
        # What is not there is said to be not there.
        same(code(s3.get_bucket_acl, Bucket="images"), ("NotImplemented", 501))
        same(code(s3.get_bucket_policy, Bucket="images"), ("NotImplemented", 501))
        same(code(get, Key="sum", VersionId="other"), ("InvalidArgument", 400))

        # Virtual-host style. Not every system resolves names below localhost.
        import socket
        resolve = socket.getaddrinfo
        socket.getaddrinfo = lambda host, *rest, **options: resolve("127.0.0.1", *rest, **options)
        for host in ("localhost", "s3.us-east-1.amazonaws.com"):
            virtual = client(endpoint_url=endpoint.replace("127.0.0.1", host), config=Config(s3={"addressing_style": "virtual"}))
            same(virtual.get_object(Bucket="images", Key="sum")["Body"].read(), body)
        same(sorted(bucket["Name"] for bucket in s3.list_buckets()["Buckets"]), ["images", "models"])
        """)
    }
  }

  @Test func awsCommandLine() async throws {
    try await Workbench.run { bench in
      let photo = bench.directory + "/photo.jpg"
      var bytes = Data(count: 20 << 20)
      for index in stride(from: 0, to: bytes.count, by: 997) { bytes[index] = UInt8(index % 251) }
      try bytes.write(to: URL(fileURLWithPath: photo))
      // Larger than awscli's 8 MB: in parts, with checksums, and back in parallel ranges.
      try await bench.aws(["s3", "cp", photo, "s3://images/a b/ü.jpg", "--metadata", "k=v"])
      #expect(FileManager.default.contents(atPath: bench.directory + "/images/a b/ü.jpg") == bytes)
      let head = try await bench.aws(["s3api", "head-object", "--bucket", "images", "--key", "a b/ü.jpg"])
      #expect(head.contains(#""ContentType": "image/jpeg""#))
      #expect(head.contains(#"-3\""#))
      try await bench.aws(["s3", "cp", "s3://images/a b/ü.jpg", "back.jpg"])
      #expect(FileManager.default.contents(atPath: bench.directory + "/back.jpg") == bytes)
      try await bench.aws(["s3", "cp", "s3://images/a b/ü.jpg", "s3://models/copy.jpg"])
      #expect(FileManager.default.contents(atPath: bench.directory + "/models/copy.jpg") == bytes)
      let list = try await bench.aws(["s3", "ls", "s3://images/", "--recursive"])
      #expect(list.contains("20971520 a b/ü.jpg"))
      try await bench.aws(["s3", "sync", "s3://models/", "synced"])
      #expect(FileManager.default.contents(atPath: bench.directory + "/synced/copy.jpg") == bytes)
      try await bench.aws(["s3", "rm", "s3://images/", "--recursive"])
      // No object, no folder.
      #expect(!FileManager.default.fileExists(atPath: bench.directory + "/images/a b"))
    }
  }
}
