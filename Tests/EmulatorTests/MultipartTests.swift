import Testing

/// What AWS documents of uploads in parts, by boto3.
@Suite(.enabled(if: Workbench.hasPython, Workbench.hint))
struct MultipartTests {
  @Test func documentedBehaviour() async throws {
    try await Workbench.run { bench in
      try await bench.python(
        """
        def begin(key, **arguments):
          upload = s3.create_multipart_upload(Bucket="images", Key=key, **arguments)
          return dict(Bucket="images", Key=key, UploadId=upload["UploadId"])

        def part(upload, number, body, **arguments):
          answer = s3.upload_part(**upload, PartNumber=number, Body=body, **arguments)
          checksums = {name: value for name, value in answer.items() if name.startswith("Checksum")}
          return {"PartNumber": number, "ETag": answer["ETag"]} | checksums

        def complete(upload, *parts, **arguments):
          return s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": list(parts)}, **arguments)

        first, last = os.urandom(5 << 20), os.urandom(1000)
        upload = begin("mp", Metadata={"a": "b"})
        # A part may be sent again: the last one counts.
        part(upload, 7, b"wrong" * 100)
        one, two = part(upload, 1, first), part(upload, 7, last)
        same(code(lambda: complete(upload, two, one)), ("InvalidPartOrder", 400))
        same(code(lambda: complete(upload, one, dict(two, PartNumber=8))), ("InvalidPart", 400))
        listed = s3.list_parts(**upload)
        same([(p["PartNumber"], p["Size"]) for p in listed["Parts"]], [(1, 5 << 20), (7, 1000)])
        same([u["Key"] for u in s3.list_multipart_uploads(Bucket="images")["Uploads"]], ["mp"])
        same(s3.list_objects_v2(Bucket="images")["KeyCount"], 0)
        etag = complete(upload, one, two)["ETag"]
        digests = b"".join(hashlib.md5(piece).digest() for piece in [first, last])
        same(etag, '"' + hashlib.md5(digests).hexdigest() + '-2"')
        answer = s3.get_object(Bucket="images", Key="mp")
        same((answer["Body"].read(), answer["Metadata"]), (first + last, {"a": "b"}))
        answer = s3.get_object(Bucket="images", Key="mp", PartNumber=2)
        same((answer["Body"].read(), answer["PartsCount"], answer["ContentRange"]), (last, 2, "bytes 5242880-5243879/5243880"))
        same(code(s3.get_object, Bucket="images", Key="mp", PartNumber=3)[1], 416)
        same(code(lambda: complete(upload, one, two)), ("NoSuchUpload", 404))
        same(s3.list_multipart_uploads(Bucket="images").get("Uploads"), None)

        # All parts but the last have 5 MB.
        upload = begin("small")
        one, two = part(upload, 1, last), part(upload, 2, last)
        same(code(lambda: complete(upload, one, two)), ("EntityTooSmall", 400))
        same(code(lambda: part(dict(upload, Key="other"), 1, last)), ("NoSuchUpload", 404))
        same(code(lambda: part(upload, 10001, last)), ("InvalidArgument", 400))
        s3.abort_multipart_upload(**upload)
        same(code(lambda: part(upload, 1, last)), ("NoSuchUpload", 404))
        same(code(lambda: part(dict(upload, UploadId="../../x"), 1, last)), ("NoSuchUpload", 404))

        # Checksums of the parts' checksums, or of the whole.
        import zlib
        raw = base64.b64decode
        crc = lambda *pieces: base64.b64encode(zlib.crc32(b"".join(pieces)).to_bytes(4, "big")).decode()
        upload = begin("composite", ChecksumAlgorithm="CRC32")
        one, two = part(upload, 1, first, ChecksumAlgorithm="CRC32"), part(upload, 2, last, ChecksumAlgorithm="CRC32")
        same(one["ChecksumCRC32"], crc(first))
        answer = complete(upload, one, two)
        same((answer["ChecksumCRC32"], answer["ChecksumType"]), (crc(raw(crc(first)), raw(crc(last))) + "-2", "COMPOSITE"))
        upload = begin("full", ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
        one, two = part(upload, 1, first, ChecksumAlgorithm="CRC32"), part(upload, 2, last, ChecksumAlgorithm="CRC32")
        same(code(lambda: complete(upload, one, two, ChecksumCRC32="AAAAAA==", ChecksumType="FULL_OBJECT")), ("BadDigest", 400))
        answer = complete(upload, one, two, ChecksumCRC32=crc(first, last), ChecksumType="FULL_OBJECT")
        same((answer["ChecksumCRC32"], answer["ChecksumType"]), (crc(first, last), "FULL_OBJECT"))

        # A copy is one piece again, on itself too.
        s3.copy_object(Bucket="images", Key="mp", CopySource="images/mp", MetadataDirective="REPLACE")
        same(s3.head_object(Bucket="images", Key="mp")["ETag"], '"' + hashlib.md5(first + last).hexdigest() + '"')
        upload = begin("if")
        one = part(upload, 1, last)
        s3.put_object(Bucket="images", Key="if", Body=b"x" * 300)
        same(code(lambda: complete(upload, one, IfNoneMatch="*")), ("PreconditionFailed", 412))
        """)
    }
  }
}
