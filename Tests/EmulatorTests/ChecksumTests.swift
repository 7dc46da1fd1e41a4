import Foundation
import System
import Testing

@testable import Emulator

struct ChecksumTests {
  /// The check values of the catalogue of parametrised CRC algorithms: of the digits 1 to 9.
  @Test(arguments: [
    (ChecksumAlgorithm.crc32, "cbf43926"), (.crc32c, "e3069283"), (.crc64nvme, "ae8b14860a799888"),
    (.sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
    (.sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
  ])
  func checkValue(algorithm: ChecksumAlgorithm, expected: String) {
    let digest = algorithm.makeDigest()
    for piece in ["123", "", "456789"] { digest.update(Data(piece.utf8)) }
    #expect(digest.finish().hex == expected)
  }

  /// Every algorithm, in one piece and in parts, against zlib, hashlib and CRCs computed bit by bit here.
  @Test(.enabled(if: Workbench.hasPython, Workbench.hint), arguments: ChecksumAlgorithm.allCases)
  func answers(algorithm: ChecksumAlgorithm) async throws {
    try await Workbench.run { bench in
      try await bench.python(
        """
        import zlib
        name = "\(algorithm.rawValue)"

        def crc(bits, polynomial):
          table = []
          for index in range(256):
            for _ in range(8):
              index = index >> 1 ^ (polynomial if index & 1 else 0)
            table.append(index)
          def digest(data):
            value = full = (1 << bits) - 1
            for byte in data:
              value = value >> 8 ^ table[value & 255 ^ byte]
            return (value ^ full).to_bytes(bits // 8, "big")
          return digest

        digest = {"CRC32": lambda data: zlib.crc32(data).to_bytes(4, "big"), "CRC32C": crc(32, 0x82F63B78),
                  "CRC64NVME": crc(64, 0x9A6C9329AC4BC9B5), "SHA1": lambda data: hashlib.sha1(data).digest(),
                  "SHA256": lambda data: hashlib.sha256(data).digest()}[name]
        text = lambda data: base64.b64encode(data).decode()
        field = "Checksum" + name
        # botocore would verify by itself: here it is to hand out what it got.
        s3 = client(config=Config(response_checksum_validation="when_required", request_checksum_calculation="when_required"))

        def check(key, value, kind, **arguments):
          for call in [s3.get_object, s3.head_object]:
            answer = call(Bucket="images", Key=key, ChecksumMode="ENABLED", **arguments)
            same({part: answer[part] for part in answer if part.startswith("Checksum")}, {field: value, "ChecksumType": kind})
            answer = call(Bucket="images", Key=key, **arguments)
            same([part for part in answer if part.startswith("Checksum")], [])

        body = os.urandom(3000)
        whole = text(digest(body))
        answer = s3.put_object(Bucket="images", Key="one", Body=body, **{field: whole})
        same((answer[field], answer["ChecksumType"]), (whole, "FULL_OBJECT"))
        check("one", whole, "FULL_OBJECT")
        # Of a part of the object none is known.
        answer = s3.get_object(Bucket="images", Key="one", ChecksumMode="ENABLED", Range="bytes=0-99")
        same([part for part in answer if part.startswith("Checksum")], [])
        wrong = text(digest(b"other"))
        same(code(s3.put_object, Bucket="images", Key="one", Body=body, **{field: wrong}), ("BadDigest", 400))
        s3.copy_object(Bucket="images", Key="two", CopySource="images/one")
        check("two", whole, "FULL_OBJECT")
        answer = s3.copy_object(Bucket="images", Key="two", CopySource="images/one", ChecksumAlgorithm="SHA1")
        same(answer["CopyObjectResult"]["ChecksumSHA1"], text(hashlib.sha1(body).digest()))

        first, last = b"\\0\\1\\2\\3" * (5 << 18), os.urandom(1000)
        kinds = {"CRC64NVME": ["FULL_OBJECT"], "SHA1": ["COMPOSITE"], "SHA256": ["COMPOSITE"]}.get(name, ["FULL_OBJECT", "COMPOSITE"])
        digests = [digest(first), digest(last)]
        total = text(digest(first + last))
        for kind in ["FULL_OBJECT", "COMPOSITE"]:
          begin = lambda: s3.create_multipart_upload(Bucket="images", Key=kind, ChecksumAlgorithm=name, ChecksumType=kind)
          if kind not in kinds:
            same(code(begin), ("InvalidRequest", 400))
            continue
          answer = begin()
          same((answer["ChecksumAlgorithm"], answer["ChecksumType"]), (name, kind))
          upload = dict(Bucket="images", Key=kind, UploadId=answer["UploadId"])
          parts = []
          for number, piece in enumerate([first, last]):
            value = text(digests[number])
            answer = s3.upload_part(**upload, PartNumber=number + 1, Body=piece, **{field: value})
            same(answer[field], value)
            parts.append({"PartNumber": number + 1, "ETag": answer["ETag"], field: value})
          answer = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, ChecksumType=kind)
          value = total if kind == "FULL_OBJECT" else text(digest(b"".join(digests))) + "-2"
          same((answer[field], answer["ChecksumType"]), (value, kind))
          check(kind, value, kind)
          # A copy is one piece.
          s3.copy_object(Bucket="images", Key=kind, CopySource="images/" + kind, MetadataDirective="REPLACE", Metadata={"k": "v"})
          check(kind, total, "FULL_OBJECT")
        """)
    }
  }

  @Test(.enabled(if: Workbench.hasPython, Workbench.hint)) func errorDocuments() async throws {
    try await Workbench.run { bench in
      try await bench.python(
        """
        def error(call, **arguments):
          try:
            call(**arguments)
          except ClientError as error:
            assert error.response["ResponseMetadata"]["HostId"] == error.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-id-2"]
            return error.response["Error"]
        # As S3 answers, word for word.
        same(error(s3.get_object, Bucket="missing", Key="a"),
          {"Code": "NoSuchBucket", "Message": "The specified bucket does not exist", "BucketName": "missing"})
        same(error(s3.get_object, Bucket="images", Key="a"),
          {"Code": "NoSuchKey", "Message": "The specified key does not exist.", "Key": "a"})
        from botocore import UNSIGNED
        same(error(client(config=Config(signature_version=UNSIGNED)).get_object, Bucket="images", Key="a"),
          {"Code": "AccessDenied", "Message": "Access Denied"})
        """)
    }
  }
}
