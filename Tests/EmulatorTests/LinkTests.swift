import Foundation
import Testing

@testable import Emulator

/// S3 at a distance, and what it notes of each request.
struct LinkTests {
  @Test func dueTimes() throws {
    let link = Link(milliseconds: 15, megabytes: 80)
    #expect(link.latency == .milliseconds(15))
    // A tenth of a second ahead: nothing is late.
    let begin = ContinuousClock.now + .seconds(3600)
    var start = begin
    for (position, milliseconds) in [(80_000, 1.0), (8_000_000, 100), (80_000_000, 1000)] {
      #expect(link.due(position, since: &start) == begin + .milliseconds(milliseconds))
    }
    #expect(start == begin)
    // Far behind: the time that was lost is not made up for, but for a little.
    let late = ContinuousClock.now - .seconds(60)
    start = late
    let due = try #require(link.due(80_000, since: &start))
    #expect(due > late + .seconds(59) && start > late + .seconds(59) && due <= .now)
    #expect(Link().due(1, since: &start) == nil)
    #expect(Link(megabytes: 80).pieceBytes == 1 << 16 && Link(megabytes: 0.1).pieceBytes == 1 << 14)
  }

  /// Never sooner than asked for; how much later is measured, not tested.
  @Test(.enabled(if: Workbench.hasPython, Workbench.hint)) func distance() async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { options, _ in
      options.s3Latency = 200
      options.s3Rate = 2
    } _: { bench in
      try await bench.python(
        """
        body = os.urandom(600_000)
        def seconds(call):
          start = time.monotonic()
          call()
          return time.monotonic() - start

        assert seconds(lambda: s3.put_object(Bucket="images", Key="a", Body=body)) >= 0.5
        answer = None
        def get():
          global answer
          answer = s3.get_object(Bucket="images", Key="a")
        assert seconds(get) >= 0.2
        got = b""
        def read():
          global got
          got = answer["Body"].read()
        assert seconds(read) >= 0.2
        same(got, body)
        assert seconds(lambda: same(code(s3.get_object, Bucket="images", Key="none"), ("NoSuchKey", 404))) >= 0.2
        """)
    }
  }

  @Test(.enabled(if: Workbench.hasPython, Workbench.hint)) func accessLog() async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { options, directory in
      options.accessLog = directory + "/requests.jsonl"
    } _: { bench in
      try await bench.python(
        """
        body = os.urandom(300_000)
        s3.put_object(Bucket="images", Key="a b/ü", Body=body)
        s3.get_object(Bucket="images", Key="a b/ü")["Body"].read()
        s3.get_object(Bucket="images", Key="a b/ü", Range="bytes=5-104")["Body"].read()
        s3.head_object(Bucket="images", Key="a b/ü")
        code(s3.get_object, Bucket="images", Key="none")
        s3.get_object_tagging(Bucket="images", Key="a b/ü")
        s3.list_objects_v2(Bucket="images", Prefix="a")
        aws_lambda.invoke(FunctionName="thimble")
        # A client that goes away in the middle.
        s3.put_object(Bucket="images", Key="big", Body=b"x" * (30 << 20))
        s3.get_object(Bucket="images", Key="big")["Body"].close()

        def lines():
          return [json.loads(line) for line in open(directory + "/requests.jsonl")]
        while len(lines()) < 9:
          time.sleep(0.01)
        log = lines()
        same(len(log), 9)
        same([(line["method"], line.get("key"), line["status"]) for line in log], [
          ("PUT", "a b/ü", 200), ("GET", "a b/ü", 200), ("GET", "a b/ü", 206), ("HEAD", "a b/ü", 200), ("GET", "none", 404),
          ("GET", "a b/ü", 200), ("GET", None, 200), ("PUT", "big", 200), ("GET", "big", 200)])
        assert all(line["bucket"] == "images" and line["ms"] > 0 and "fault" not in line for line in log), log
        same([line["sent"] for line in log[:4]], [0, 300_000, 100, 0])
        assert log[0]["received"] >= 300_000 and log[1]["received"] == 0, log
        assert 0 < log[4]["sent"] < 1000 and log[8]["sent"] < 30 << 20, log
        same([line.get("range") for line in log[:3]], [None, None, "bytes=5-104"])
        assert "tagging" in log[5]["query"] and {"list-type", "prefix"} <= set(log[6]["query"]), log
        assert log[0]["time"].endswith("Z") and log[0]["time"] <= log[8]["time"], log
        """)
    }
  }
}
