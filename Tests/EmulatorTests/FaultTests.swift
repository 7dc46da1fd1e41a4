import Foundation
import Testing

@testable import Emulator

/// Each way to fail, as boto3 sees it, and whether the work was done.
@Suite(.enabled(if: Workbench.hasPython, Workbench.hint))
struct FaultTests {
  /// How boto3 reports a PutObject, a GetObject and a CopyObject that fail in a way; `done`: the put was done. Half a
  /// document counts as a 500 for it.
  private static let expected: [(kind: FaultKind, put: String, get: String, copy: String, done: Bool)] = [
    (.slowDown, "SlowDown 503", "SlowDown 503", "SlowDown 503", false),
    (.internalError, "InternalError 500", "InternalError 500", "InternalError 500", false),
    (.truncatedBody, "ok", "short", "500 500", true),
    (.errorIn200, "ok", "ok", "InternalError 500", true),
    (.closedBefore, "ConnectionClosedError", "ConnectionClosedError", "ConnectionClosedError", false),
    (.closedAfter, "ConnectionClosedError", "ConnectionClosedError", "ConnectionClosedError", true),
    (.bitFlip, "ok", "one bit", "ok", true),
    (.requestTimeout, "RequestTimeout 400", "RequestTimeout 400", "RequestTimeout 400", false),
    (.operationAborted, "OperationAborted 409", "ok", "OperationAborted 409", false),
    (.stall, "ConnectionClosedError", "short", "500 500", true),
    (.expiredToken, "ExpiredToken 400", "ExpiredToken 400", "ExpiredToken 400", false),
  ]

  @Test func eachKindIsTested() {
    #expect(Set(Self.expected.map(\.kind)) == Set(FaultKind.allCases))
    #expect(FaultPlan(rate: 1, seed: 2).kinds == FaultPlan.transient)
  }

  @Test(arguments: FaultKind.allCases) func kinds(kind: FaultKind) async throws {
    let expected = try #require(Self.expected.first { $0.kind == kind })
    try await Workbench.run { options, directory in
      options.faults = FaultPlan(rate: 1, seed: 3, kinds: [kind], stall: 0.3)
      options.accessLog = directory + "/requests.jsonl"
      let folder = directory + "/images"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        .write(to: URL(fileURLWithPath: folder + "/there"))
    } _: { bench in
      try await bench.python(
        """
        single = client(config=Config(retries={"total_max_attempts": 1}, response_checksum_validation="when_required"))
        there = bytes(index * 31 % 256 for index in range(100_000))

        def outcome(call):
          try:
            return call()
          except ClientError as error:
            return f"{error.response['Error']['Code']} {error.response['ResponseMetadata']['HTTPStatusCode']}"
          except Exception as error:
            return type(error).__name__

        def get():
          answer = single.get_object(Bucket="images", Key="there")
          same(answer["ContentLength"], len(there))
          same(answer["ETag"], '"' + hashlib.md5(there).hexdigest() + '"')
          got = b""
          try:
            while piece := answer["Body"].read(1000):
              got += piece
          except Exception as error:
            same(got, there[:len(got)])
            assert len(got) <= len(there) // 2, len(got)
            return "short"
          bits = sum((a ^ b).bit_count() for a, b in zip(got, there, strict=True))
          return {0: "ok", 1: "one bit"}[bits]

        def put():
          single.put_object(Bucket="images", Key="new", Body=b"x" * 5000)
          return "ok"

        def copy():
          single.copy_object(Bucket="images", Key="copy", CopySource="images/there")
          return "ok"

        same(outcome(get), "\(expected.get)")
        same(outcome(put), "\(expected.put)")
        same(os.path.exists(directory + "/images/new"), \(expected.done ? "True" : "False"))
        copied = outcome(copy)
        same(copied, "\(expected.copy)")
        same(os.path.exists(directory + "/images/copy"), copied == "ok" or \(expected.done ? "True" : "False") and copied != "InternalError 500")

        while len(log := [json.loads(line) for line in open(directory + "/requests.jsonl")]) < 3:
          time.sleep(0.01)
        if "ok" not in ["\(expected.get)", "\(expected.put)", "\(expected.copy)"]:
          same([line.get("fault") for line in log], ["\(kind.rawValue)"] * 3)
        """)
    }
  }
}
