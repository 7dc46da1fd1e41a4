import Testing

/// Who is let in: signatures that botocore makes, and those that Python's standard library makes here from
/// AWS's description.
@Suite(.enabled(if: Workbench.hasPython, Workbench.hint))
struct AccessTests {
  @Test func signatures() async throws {
    try await Workbench.run { bench in
      try await bench.python(
        """
        def status(url, method="GET", body=None, headers={}):
          try:
            return urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method)).status
          except urllib.error.HTTPError as error:
            return error.code

        # botocore still presigns with version 2 unless told otherwise.
        v4 = client(config=Config(signature_version="s3v4"))
        same(status(s3.generate_presigned_url("get_object", dict(Bucket="images", Key="a"))), 400)
        keys = ["a", "a b", "a+b", "a%2Fb", "ü", "日本語", "a//b", "../x", "a/./b", "~!*'();:@&=$,?#[]", "folder/", "/lead"]
        for key in keys:
          body = key.encode() * 300
          s3.put_object(Bucket="images", Key=key, Body=body)
          same(s3.get_object(Bucket="images", Key=key)["Body"].read(), body)
          url = v4.generate_presigned_url("get_object", dict(Bucket="images", Key=key))
          same((key, status(url)), (key, 200))
        same(sorted(o["Key"] for o in s3.list_objects_v2(Bucket="images")["Contents"]), sorted(keys))
        # Nothing has left the folder.
        assert not os.path.exists(directory + "/x")
        inside = os.path.realpath(directory + "/images")
        for folder, _, files in os.walk(inside):
          assert os.path.realpath(folder).startswith(inside)

        wrong = client(aws_access_key_id="test", aws_secret_access_key="wrong")
        same(code(wrong.get_object, Bucket="images", Key="a"), ("SignatureDoesNotMatch", 403))
        same(code(wrong.put_object, Bucket="images", Key="a", Body=b"x" * 5000), ("SignatureDoesNotMatch", 403))
        unknown = client(aws_access_key_id="other", aws_secret_access_key="test")
        same(code(unknown.list_buckets), ("InvalidAccessKeyId", 403))
        token = client(aws_access_key_id="test", aws_secret_access_key="test", aws_session_token="t")
        same(code(token.list_buckets), ("InvalidToken", 400))
        from botocore import UNSIGNED
        same(code(client(config=Config(signature_version=UNSIGNED)).list_buckets), ("AccessDenied", 403))

        url = v4.generate_presigned_url("get_object", dict(Bucket="images", Key="a"), ExpiresIn=3600)
        same(status(url), 200)
        same(status(url.replace("/a?", "/ü?".replace("ü", "%C3%BC"))), 403)
        same(status(url.replace("Expires=3600", "Expires=3601")), 403)
        same(status(url, "DELETE"), 403)
        same(status(url + "&response-content-type=text/html"), 403)
        same(status(v4.generate_presigned_url("get_object", dict(Bucket="images", Key="a"), ExpiresIn=604801)), 400)
        put = v4.generate_presigned_url("put_object", dict(Bucket="images", Key="p", Metadata={"k": "v"}))
        same(status(put, "PUT", b"body" * 100, {"x-amz-meta-k": "v"}), 200)
        same(status(put, "PUT", b"body" * 100, {"x-amz-meta-k": "w"}), 403)
        same(status(put, "PUT", b"body" * 100, {"x-amz-meta-k": "v", "x-amz-meta-extra": "v"}), 403)
        same(s3.head_object(Bucket="images", Key="p")["Metadata"], {"k": "v"})
        """)
    }
  }

  @Test func streamedPayloads() async throws {
    try await Workbench.run { bench in
      try await bench.python(
        """
        import datetime, hmac, http.client, zlib
        host = endpoint.removeprefix("http://")
        empty = hashlib.sha256(b"").hexdigest()
        sha256 = lambda data: hashlib.sha256(data).hexdigest()

        def put(key, mode, chunks, trailer=None, spoil=None, secret="test", when=None, decoded=None, skip=()):
          now = when or datetime.datetime.now(datetime.timezone.utc)
          stamp, scope = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d") + "/eu-west-1/s3/aws4_request"
          signing = ("AWS4" + secret).encode()
          for part in scope.split("/"):
            signing = hmac.new(signing, part.encode(), "sha256").digest()
          sign = lambda *lines: hmac.new(signing, "\\n".join(lines).encode(), "sha256").hexdigest()
          size = sum(map(len, chunks))
          headers = {"host": host, "x-amz-content-sha256": mode, "x-amz-date": stamp, "content-encoding": "aws-chunked,gzip",
                     "x-amz-decoded-content-length": str(size if decoded is None else decoded)}
          if trailer:
            headers["x-amz-trailer"] = trailer[0]
          names = sorted(name for name in headers if name not in skip)
          canonical = "\\n".join(["PUT", "/images/" + key, "", *(f"{name}:{headers[name]}" for name in names), "", ";".join(names), mode])
          previous = sign("AWS4-HMAC-SHA256", stamp, scope, sha256(canonical.encode()))
          headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential=test/{scope}, SignedHeaders={';'.join(names)}, Signature={previous}")
          body = b""
          for chunk in [*chunks, b""]:
            extension = ""
            if "AWS4" in mode:
              previous = sign("AWS4-HMAC-SHA256-PAYLOAD", stamp, scope, previous, empty, sha256(chunk))
              extension = ";chunk-signature=" + previous
            body += f"{len(chunk):x}{extension}\\r\\n".encode() + (chunk + b"\\r\\n" if chunk else b"")
          if trailer:
            body += f"{trailer[0]}:{trailer[1]}\\r\\n".encode()
            if "AWS4" in mode:
              lines = sha256(f"{trailer[0]}:{trailer[1]}\\n".encode())
              body += ("x-amz-trailer-signature:" + sign("AWS4-HMAC-SHA256-TRAILER", stamp, scope, previous, lines) + "\\r\\n").encode()
          body += b"\\r\\n"
          if spoil:
            body = spoil(body)
          connection = http.client.HTTPConnection(host)
          connection.request("PUT", "/images/" + key, body, headers)
          answer = connection.getresponse()
          text = answer.read().decode()
          # The connection is good for another request.
          connection.request("GET", "/")
          same(connection.getresponse().status, 403)
          return answer.status, text.split("<Code>")[1].split("</Code>")[0] if "<Code>" in text else ""

        chunks = [os.urandom(70000), os.urandom(8192), b"end"]
        crc = ("x-amz-checksum-crc32", base64.b64encode(zlib.crc32(b"".join(chunks)).to_bytes(4, "big")).decode())
        signed, both, unsigned = ("STREAMING-" + mode for mode in
          ["AWS4-HMAC-SHA256-PAYLOAD", "AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "UNSIGNED-PAYLOAD-TRAILER"])
        for mode, trailer in [(signed, None), (both, crc), (unsigned, crc)]:
          same(put("streamed", mode, chunks, trailer), (200, ""))
          answer = s3.get_object(Bucket="images", Key="streamed", ChecksumMode="ENABLED")
          same((answer["Body"].read(), answer["ContentEncoding"]), (b"".join(chunks), "gzip"))
        same(answer["ChecksumCRC32"], crc[1])

        flip = lambda body: body.replace(b"end\\r\\n", b"enf\\r\\n")
        same(put("x", signed, chunks, spoil=flip), (403, "SignatureDoesNotMatch"))
        same(put("x", both, chunks, crc, spoil=flip), (403, "SignatureDoesNotMatch"))
        same(put("x", unsigned, chunks, crc, spoil=flip), (400, "BadDigest"))
        same(put("x", both, chunks, (crc[0], "AAAAAA==")), (400, "BadDigest"))
        same(put("x", both, chunks, crc, spoil=lambda body: body.replace(b"crc32:", b"crc32: A")), (403, "SignatureDoesNotMatch"))
        same(put("x", unsigned, chunks, crc, spoil=lambda body: body.replace(crc[0].encode(), b"x-amz-other")), (400, "InvalidRequest"))
        same(put("x", signed, chunks, decoded=5), (400, "IncompleteBody"))
        same(put("x", signed, chunks, spoil=lambda body: body[:1000]), (400, "IncompleteBody"))
        same(put("x", signed, chunks, spoil=lambda body: b"zz" + body), (400, "InvalidRequest"))
        same(put("x", "STREAMING-SOMETHING", chunks), (400, "InvalidArgument"))
        same(put("x", signed, chunks, secret="wrong"), (403, "SignatureDoesNotMatch"))
        same(put("x", signed, chunks, skip=["x-amz-decoded-content-length"]), (403, "AccessDenied"))
        late = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=16)
        same(put("x", signed, chunks, when=late), (403, "RequestTimeTooSkewed"))
        same(code(s3.head_object, Bucket="images", Key="x")[1], 404)
        """)
    }
  }

  /// A client that waits to be asked for a body and is refused must not use the connection again: it may
  /// have sent the body meanwhile.
  @Test func unwantedBodies() async throws {
    try await Workbench.run { bench in
      try await bench.python(
        """
        import http.client
        body = b"GET / HTTP/1.1\\r\\n\\r\\n" * 100
        for expects in [True, False]:
          connection = http.client.HTTPConnection(endpoint.removeprefix("http://"))
          connection.putrequest("PUT", "/images/x")
          connection.putheader("Content-Length", str(len(body)))
          if expects:
            connection.putheader("Expect", "100-continue")
          connection.endheaders()
          if not expects:
            connection.send(body)
          answer = connection.getresponse()
          same((answer.status, answer.getheader("Connection")), (403, "close" if expects else None))
        """)
    }
  }
}
