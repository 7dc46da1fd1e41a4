import Digests
import Foundation
import System
import TestSupport
import Testing

@testable import Emulator

/// What S3 tells the function.
@Suite(.enabled(if: Workbench.hasPython, Workbench.hint))
struct NotificationTests {
  @Test func events() async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { options, _ in
      options.notifyingBuckets = ["images"]
      options.region = "eu-central-1"
    } _: { bench in
      try await bench.python(
        """
        s3.put_object(Bucket="models", Key="quiet", Body=b"x" * 300)
        s3.put_object(Bucket="images", Key="a b/ü+1&c=*~.jpg", Body=b"x" * 300)
        s3.copy_object(Bucket="images", Key="copy", CopySource="models/quiet")
        s3.copy_object(Bucket="images", Key="copy", CopySource="images/copy", MetadataDirective="REPLACE")
        upload = dict(Bucket="images", Key="parts", UploadId=s3.create_multipart_upload(Bucket="images", Key="parts")["UploadId"])
        etag = s3.upload_part(**upload, PartNumber=1, Body=b"y" * 300)["ETag"]
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
        # None of these.
        s3.put_object_tagging(Bucket="images", Key="copy", Tagging={"TagSet": []})
        s3.delete_object(Bucket="images", Key="copy")
        code(s3.put_object, Bucket="images", Key="copy", Body=b"z" * 300, IfMatch='"x"')
        """)
      #expect(await bench.emulator.waitUntilIdle(timeout: Patience.seconds))
      let history = await bench.emulator.history
      #expect(history.count == 4)
      let events = try history.map { result in
        let answer = try #require(try JSONSerialization.jsonObject(with: result.payload) as? [String: Any])
        let event = try #require(answer["event"] as? [String: Any])
        let records = try #require(event["Records"] as? [[String: Any]])
        #expect(event.count == 1 && records.count == 1)
        return try #require(records.first)
      }
      #expect(
        events.map { $0["eventName"] as? String } == [
          "ObjectCreated:Put", "ObjectCreated:Copy", "ObjectCreated:Copy",
          "ObjectCreated:CompleteMultipartUpload",
        ])
      // The structure that AWS documents, field by field.
      let first = try #require(events.first)
      #expect(
        first.keys.sorted() == [
          "awsRegion", "eventName", "eventSource", "eventTime", "eventVersion", "requestParameters",
          "responseElements", "s3", "userIdentity",
        ])
      #expect(first["eventVersion"] as? String == "2.1")
      #expect(first["eventSource"] as? String == "aws:s3")
      #expect(first["awsRegion"] as? String == "eu-central-1")
      let entity = try #require(first["s3"] as? [String: Any])
      #expect(entity.keys.sorted() == ["bucket", "configurationId", "object", "s3SchemaVersion"])
      let bucket = try #require(entity["bucket"] as? [String: Any])
      #expect(bucket["name"] as? String == "images" && bucket["arn"] as? String == "arn:aws:s3:::images")
      let object = try #require(entity["object"] as? [String: Any])
      #expect(object.keys.sorted() == ["eTag", "key", "sequencer", "size"])
      #expect(object["size"] as? Int == 300)
      #expect(object["eTag"] as? String == Digest.md5(Data(repeating: 120, count: 300)).hex)
      let key = try #require(object["key"] as? String)
      #expect(key == "a+b/%C3%BC%2B1%26c%3D*~.jpg")
      let sequencers = events.compactMap {
        (($0["s3"] as? [String: Any])?["object"] as? [String: Any])?["sequencer"]
      }
      let numbers = sequencers.compactMap { $0 as? String }
      #expect(numbers.count == 4 && numbers == numbers.sorted() && Set(numbers).count == 4)
    }
  }

  /// A third of the requests fail, in all four ways; a client that retries gets through.
  @Test func faults() async throws {
    try await Workbench.run { options, _ in
      options.faults = FaultPlan(rate: 0.3, seed: 7)
    } _: { bench in
      try await bench.python(
        """
        single = client(config=Config(retries={"total_max_attempts": 1}))
        failures = []
        for number in range(80):
          try:
            single.get_object(Bucket="images", Key="missing")
          except Exception as error:
            failures.append(error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__)
        share = 1 - failures.count("NoSuchKey") / len(failures)
        assert 0.15 < share < 0.45, failures
        assert {"SlowDown", "InternalError"} <= set(failures), failures

        patient = client(config=Config(retries={"total_max_attempts": 10, "mode": "standard"}))
        body = os.urandom(100000)
        for number in range(6):
          patient.put_object(Bucket="images", Key=str(number), Body=body)
          patient.copy_object(Bucket="images", Key=str(number), CopySource="images/" + str(number),
            MetadataDirective="REPLACE", Metadata={"k": str(number)})
          while True:
            try:
              answer = patient.get_object(Bucket="images", Key=str(number))
              got = answer["Body"].read()
              break
            except Exception as error:
              assert "IncompleteRead" in repr(error) or "ResponseStreaming" in repr(error), repr(error)
          same((got, answer["Metadata"]), (body, {"k": str(number)}))
        """)
    }
  }

  @Test func webPage() async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { bench in
      try await bench.python(
        """
        def call(path, method="GET", body=None, **headers):
          headers = {name.replace("_", "-"): value for name, value in headers.items()}
          try:
            answer = urllib.request.urlopen(urllib.request.Request(endpoint + path, body, headers, method=method))
          except urllib.error.HTTPError as error:
            answer = error
          return answer.status, answer.read(), answer.headers

        status, page, headers = call("/", Accept="text/html,*/*")
        assert status == 200 and b"<title>Thimble emulator</title>" in page
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        # Nothing from outside.
        assert b"http:" not in page and b"https:" not in page and b"innerHTML" not in page
        same(call("/")[0], 403)

        upload = "/_thimble/object?bucket=images&key=a%20b.png"
        png = b"\\x89PNG" * 100
        same(call(upload, "PUT", png, X_Thimble="1", Content_Type="image/png")[0], 200)
        same(s3.get_object(Bucket="images", Key="a b.png")["Body"].read(), png)
        s3.put_object(Bucket="images", Key="evil.html", Body=b"<script>" * 100, ContentType="text/html")
        status, body, headers = call("/_thimble/object?bucket=images&key=evil.html")
        same((headers["Content-Type"], headers["Content-Disposition"]), ("binary/octet-stream", "attachment"))
        status, body, headers = call(upload)
        same((body, headers["Content-Type"], headers["X-Content-Type-Options"]), (png, "image/png", "nosniff"))
        while True:
          state = json.loads(call("/_thimble/state")[1])
          if len(state["invocations"]) >= 2:
            break
          time.sleep(0.05)
        same(len(state["invocations"]), 2)
        same([o["key"] for o in state["buckets"][0]["objects"]], ["evil.html", "a b.png"])

        # Other sites' pages, and names that others pointed here.
        for forbidden in [dict(Origin="http://evil.example"), dict(Host="evil.example"), dict(Sec_Fetch_Site="cross-site"),
                          dict(Origin="null"), dict(Origin="http://localhost:1")]:
          same((forbidden, call("/_thimble/state", **forbidden)[0]), (forbidden, 403))
          same(call(upload, "PUT", b"x", X_Thimble="1", **forbidden)[0], 403)
        same(call(upload, "PUT", b"x")[0], 404)
        same(call("/_thimble/state", Origin=endpoint)[0], 200)
        same(call("/2018-06-01/runtime/invocation/next", Origin=endpoint)[0], 403)
        same(s3.get_object(Bucket="images", Key="a b.png")["Body"].read(), png)
        """)
    }
  }
}
