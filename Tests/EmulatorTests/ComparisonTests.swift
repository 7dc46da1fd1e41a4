import Testing

/// The same requests to the emulator and to moto, an independent imitation of S3. Left out are the things
/// that moto is known to do otherwise than AWS documents; ``ObjectTests`` and ``MultipartTests`` state
/// those.
@Suite(.enabled(if: Workbench.hasPython, Workbench.hint))
struct ComparisonTests {
  @Test func moto() async throws {
    try await Workbench.run { bench in
      try await bench.python(
        """
        import datetime, logging
        from moto.server import ThreadedMotoServer
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = ThreadedMotoServer(port=0, verbose=False)
        server.start()
        moto = client(endpoint_url="http://%s:%s" % server.get_host_and_port())

        # What names a moment or a server, and what moto leaves out: the kind of a checksum, V1's empty markers.
        volatile = {"ResponseMetadata", "LastModified", "UploadId", "VersionId", "Owner", "ServerSideEncryption",
                    "AcceptRanges", "Initiated", "Initiator", "Location", "NextContinuationToken", "ContinuationToken",
                    "ChecksumType", "ChecksumAlgorithm", "Marker", "NextMarker", "Prefix", "KeyMarker", "UploadIdMarker"}

        def plain(value):
          if isinstance(value, dict):
            return {name: plain(part) for name, part in value.items() if name not in volatile}
          if isinstance(value, list):
            return [plain(part) for part in value]
          return value.read() if hasattr(value, "read") else value

        def run(s3, operation, arguments, state):
          arguments = {name: value(state) if callable(value) else value for name, value in arguments.items()}
          try:
            answer = getattr(s3, operation)(**arguments)
          except ClientError as error:
            return error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]
          state.update({name: answer[name] for name in ["UploadId", "NextContinuationToken"] if name in answer})
          if operation == "upload_part":
            state.setdefault("parts", []).append({"PartNumber": arguments["PartNumber"], "ETag": answer["ETag"]})
          return answer["ResponseMetadata"]["HTTPStatusCode"], plain(answer)

        states = {}, {}
        count = 0
        def step(operation, **arguments):
          global count
          ours = run(s3, operation, dict(Bucket="compare") | arguments, states[0])
          theirs = run(moto, operation, dict(Bucket="compare") | arguments, states[1])
          assert ours == theirs, f"{operation} {arguments!r:.500}\\n  emulator {ours!r:.2000}\\n  moto     {theirs!r:.2000}"
          count += 1

        body = b"0123456789" * 100
        etag = '"' + hashlib.md5(body).hexdigest() + '"'
        step("create_bucket")
        step("head_bucket")
        step("head_bucket", Bucket="missing")
        step("get_bucket_location")
        step("get_bucket_versioning")
        step("list_objects_v2")
        step("put_object", Key="a.txt", Body=body, Metadata={"k": "v", "Other-Name": "x y"}, ContentType="text/plain",
             CacheControl="max-age=1", ContentDisposition="inline", ContentLanguage="de", Tagging="a=b&c=d%20e")
        for operation in ["head_object", "get_object"]:
          step(operation, Key="a.txt")
          step(operation, Key="missing")
          step(operation, Key="a.txt", Bucket="missing")
        for span in ["0-0", "10-19", "990-", "990-5000", "-5", "1000-", "5-2", "-0"]:
          step("get_object", Key="a.txt", Range="bytes=" + span)
        past, future = datetime.datetime(2000, 1, 1), datetime.datetime(2099, 1, 1)
        for condition in [dict(IfMatch=etag), dict(IfMatch='"x"'), dict(IfNoneMatch=etag), dict(IfNoneMatch='"x"'),
                          dict(IfModifiedSince=past), dict(IfModifiedSince=future), dict(IfUnmodifiedSince=past),
                          dict(IfUnmodifiedSince=future)]:
          step("get_object", Key="a.txt", **condition)
          step("head_object", Key="a.txt", **condition)
        step("put_object", Key="a.txt", Body=body, IfNoneMatch="*")
        step("put_object", Key="new.txt", Body=body, IfNoneMatch="*")
        step("put_object", Key="new.txt", Body=body, IfMatch='"x"')
        step("put_object", Key="none.txt", Body=body, IfMatch='"x"')

        step("get_object_tagging", Key="a.txt")
        step("put_object_tagging", Key="a.txt", Tagging={"TagSet": [{"Key": "x", "Value": "1 + 2"}]})
        step("get_object_tagging", Key="a.txt")
        step("put_object_tagging", Key="a.txt", Tagging={"TagSet": [{"Key": str(i), "Value": ""} for i in range(11)]})
        source = dict(CopySource={"Bucket": "compare", "Key": "a.txt"})
        step("copy_object", Key="b.txt", **source)
        step("head_object", Key="b.txt")
        step("get_object_tagging", Key="b.txt")
        step("copy_object", Key="a.txt", **source)
        step("copy_object", Key="a.txt", **source, MetadataDirective="REPLACE", Metadata={"n": "m"}, ContentType="image/png")
        step("head_object", Key="a.txt")
        step("get_object_tagging", Key="a.txt")
        step("copy_object", Key="c.txt", **source, TaggingDirective="REPLACE", Tagging="q=r", StorageClass="STANDARD_IA")
        step("head_object", Key="c.txt")
        step("get_object_tagging", Key="c.txt")
        step("delete_object_tagging", Key="c.txt")
        step("get_object_tagging", Key="c.txt")
        step("copy_object", Key="d.txt", CopySource={"Bucket": "compare", "Key": "missing"})
        step("get_object_tagging", Key="missing")

        for algorithm in ["CRC32", "SHA1", "SHA256"]:
          step("put_object", Key="sum", Body=body, ChecksumAlgorithm=algorithm)
          step("get_object", Key="sum", ChecksumMode="ENABLED")
        for key in ["dir/a", "dir/b", "dir/sub/c", "dir2/x", "ü/é", "日本語.jpg", "a b+c%d&e=f.txt", "dir/", "x//y",
                    "z/../w", "~tilde*'()!.jpg"]:
          step("put_object", Key=key, Body=body)
          step("get_object", Key=key)
        for arguments in [dict(), dict(Prefix="dir"), dict(Prefix="dir/"), dict(Delimiter="/"),
                          dict(Prefix="dir/", Delimiter="/"), dict(Delimiter="r"), dict(MaxKeys=3), dict(MaxKeys=0),
                          dict(StartAfter="dir/a"), dict(EncodingType="url"), dict(FetchOwner=True)]:
          step("list_objects_v2", **arguments)
        step("list_objects_v2", MaxKeys=5)
        step("list_objects_v2", MaxKeys=5, ContinuationToken=lambda state: state["NextContinuationToken"])
        for arguments in [dict(), dict(Prefix="dir/", Delimiter="/"), dict(Marker="dir/a"), dict(MaxKeys=3)]:
          step("list_objects", **arguments)

        upload = dict(Key="mp", UploadId=lambda state: state["UploadId"])
        step("create_multipart_upload", Key="mp", Metadata={"a": "b"}, ContentType="image/jpeg", Tagging="t=u")
        step("upload_part", **upload, PartNumber=1, Body=bytes(bytearray(256)) * 20480)
        step("upload_part", **upload, PartNumber=2, Body=b"end" * 100)
        step("complete_multipart_upload", **upload,
             MultipartUpload=lambda state: {"Parts": [dict(state["parts"][0], ETag='"0"')]})
        step("complete_multipart_upload", **upload, MultipartUpload=lambda state: {"Parts": state["parts"]})
        step("head_object", Key="mp")
        step("get_object", Key="mp", Range="bytes=5242870-5242890")
        step("get_object_tagging", Key="mp")
        step("create_multipart_upload", Key="mp")
        step("upload_part_copy", **upload, PartNumber=1, **source, CopySourceRange="bytes=10-19")
        step("abort_multipart_upload", **upload)
        step("list_parts", **upload)
        step("copy_object", Key="mp", CopySource={"Bucket": "compare", "Key": "mp"}, MetadataDirective="REPLACE")
        step("head_object", Key="mp")

        step("delete_object", Key="missing")
        step("delete_object", Key="a.txt")
        step("head_object", Key="a.txt")
        step("delete_bucket")
        step("delete_objects", Delete={"Objects": [{"Key": key} for key in ["dir/a", "missing", "x//y"]]})
        step("list_objects_v2")
        assert count > 110, count
        server.stop()
        """)
    }
  }
}
