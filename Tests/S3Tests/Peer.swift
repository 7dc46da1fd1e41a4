import Emulator
import Foundation
import HTTP
import Synchronization
import TestSupport
import Testing

@testable import S3

/// Another implementation of S3 that the client is tested against.
enum Peer: String, CaseIterable, CustomTestStringConvertible {
  /// The project's own, `Sources/Emulator`.
  case emulator
  /// moto, which knows most of S3's features and checks no signatures.
  case moto
  /// JuiceFS' gateway: MinIO's S3 code, which checks signatures strictly.
  case juicefs

  var testDescription: String { rawValue }

  static let isThere = FileManager.default.isExecutableFile(atPath: Fixtures.python)
  static let hint: Comment = "the Python peers are not there yet: run `make test`"

  /// Keys that the peer can keep, the oddest of them.
  var keys: [String] {
    let common = [
      "plain.jpg", "this im +age.jpg", "a%2Fb%20c", "ü/日本語.jpg", "~!*'();:@&=$,?#[].jpg", "q\"uote",
      "e\u{301}", "😀", "semi;colon",
    ]
    switch self {
    case .emulator:
      return common + ["/lead", "new\nline", "a//b", "../up", "a/./b", "trail/", "..", "//", "back\\slash"]
    case .moto: return common + ["a//b", "trail/", "a/./b"]
    case .juicefs: return common + ["/lead", "new\nline"]
    }
  }

  /// Runs `body` with the peer, and stops it afterwards.
  /// - Parameter faults: the share of requests that the emulator makes fail.
  func run(faults: Double = 0, _ body: (PeerServer) async throws -> Void) async throws {
    let scratch = try Scratch()
    switch self {
    case .emulator:
      var options = EmulatorOptions()
      options.log = { _ in }
      options.buckets = [BucketFolder(name: "images", directory: scratch.path("images"))]
      options.faults = FaultPlan(rate: faults, seed: 7)
      let emulator = Emulator(options: options)
      let port = try await emulator.start()
      let result = await Result { () async throws in
        try await body(PeerServer(port: port, id: "test", secret: "test", scratch: scratch))
      }
      await emulator.stop()
      try result.get()
    case .moto:
      let port = try Self.freePort()
      let process = try Self.start("moto_server", ["-H", "127.0.0.1", "-p", "\(port)"], scratch)
      defer { Self.stop(process) }
      let server = PeerServer(port: port, id: "test", secret: "test", scratch: scratch)
      try await server.waitUntilReady(process)
      try await body(server)
    case .juicefs:
      let (port, metrics) = (try Self.freePort(), try Self.freePort())
      let database = "sqlite3://" + scratch.path("meta.db")
      let format = try Self.start(
        "juicefs",
        [
          "format", "--storage", "file", "--bucket", scratch.path("data") + "/", "--trash-days", "0",
          database, "test",
        ],
        scratch)
      format.waitUntilExit()
      let process = try Self.start(
        "juicefs",
        [
          "gateway", "--multi-buckets", "--keep-etag", "--object-meta", "--object-tag", "--no-usage-report",
          "--no-bgjob", "--backup-meta", "0", "--cache-dir", scratch.path("cache"), "--metrics",
          "127.0.0.1:\(metrics)",
          database, "127.0.0.1:\(port)",
        ], scratch)
      defer { Self.stop(process) }
      let server = PeerServer(port: port, id: "testtest", secret: "testtest123", scratch: scratch)
      try await server.waitUntilReady(process)
      try await body(server)
    }
  }

  /// A port for a peer that may take long to listen there: below those that the system gives out on
  /// request, or another process could have got it by then.
  private static func freePort() throws -> UInt16 {
    while true {
      do {
        let listener = try LoopbackListener(port: .random(in: 20_000..<32_000))
        close(listener.descriptor)
        return listener.port
      } catch let error as POSIXError where error.code == .EADDRINUSE {
        continue
      }
    }
  }

  private static func start(_ tool: String, _ arguments: [String], _ scratch: Scratch) throws -> Process {
    let process = Process()
    let folder = URL(fileURLWithPath: Fixtures.python).deletingLastPathComponent()
    // Scripts name their interpreter by its path, which may have moved.
    let path = folder.appendingPathComponent(tool).path
    let isScript = tool == "moto_server"
    process.executableURL = isScript ? URL(fileURLWithPath: Fixtures.python) : URL(fileURLWithPath: path)
    process.arguments = (isScript ? [path] : []) + arguments
    process.environment = [
      "MINIO_ROOT_USER": "testtest", "MINIO_ROOT_PASSWORD": "testtest123", "HOME": scratch.directory,
      "PATH": "/usr/bin:/bin",
    ]
    let log = scratch.path(tool + ".log")
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: log)
    process.standardError = process.standardOutput
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  private static func stop(_ process: Process) {
    process.terminate()
    for _ in 0..<100 where process.isRunning { usleep(50_000) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }
}

/// A running ``Peer``.
struct PeerServer: Sendable {
  var endpoint: String
  let id: String
  let secret: String
  let scratch: Scratch

  init(port: UInt16, id: String, secret: String, scratch: Scratch) {
    endpoint = "http://127.0.0.1:\(port)"
    self.id = id
    self.secret = secret
    self.scratch = scratch
  }

  /// Calls `body` with a client, on a thread of its own: the client blocks, and the emulator needs the others.
  func withClient<Value: Sendable>(
    retry: RetryPolicy = RetryPolicy(attempts: 12, baseDelay: 0.01),
    _ body: @escaping @Sendable (S3Client) throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            let client = try S3Client(
              credentials: Credentials(accessKeyID: id, secretAccessKey: secret), region: "us-east-1",
              endpoint: endpoint, retry: retry)
            client.stallTimeout = Patience.seconds
            return try body(client)
          })
      }
    }
  }

  /// Runs a Python program with `s3`, a boto3 client, and what else the prelude defines.
  @discardableResult
  func python(_ program: String, _ location: SourceLocation = #_sourceLocation) async throws -> String {
    let peer = PeerCommand(directory: scratch.directory, endpoint: endpoint, id: id, secret: secret)
    let (status, text) = try await peer.python(Self.prelude + program)
    try #require(status == 0, "\(text)", sourceLocation: location)
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  fileprivate func waitUntilReady(_ process: Process) async throws {
    var isReady = false
    _ = try await Patience.waits {
      isReady = (try? HTTPClient().send(HTTPRequest(url: endpoint + "/"))) != nil
      return isReady || !process.isRunning
    }
    if isReady { return }
    let logs = try FileManager.default.contentsOfDirectory(atPath: scratch.directory).filter {
      $0.hasSuffix(".log")
    }
    let text = logs.compactMap { try? String(contentsOfFile: scratch.path($0), encoding: .utf8) }.joined()
    throw PeerFailure(description: "the peer does not answer: \(text)")
  }

  private struct PeerFailure: Error, CustomStringConvertible {
    let description: String
  }

  private static let prelude = """
    import datetime, hashlib, json, os, sys
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError, ResponseStreamingError

    directory = os.environ["DIRECTORY"]
    s3 = boto3.client("s3", endpoint_url=os.environ["ENDPOINT"], config=Config(retries={"max_attempts": 20}))

    def hook(kind, error, trace):
      sys.__excepthook__(kind, error, trace)
      if isinstance(error, ClientError): print(error.response)
    sys.excepthook = hook

    def save(name, value):
      with open(f"{directory}/{name}.json", "w", encoding="utf-8") as file:
        json.dump(value, file)

    def load(name):
      with open(f"{directory}/{name}.json", encoding="utf-8") as file:
        return json.load(file)

    def snapshot(bucket, key):
      "All that the object has, but for what every copy changes."
      head = s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
      for name in ["ResponseMetadata", "LastModified", "VersionId", "ETag", "ChecksumType"]:
        head.pop(name, None)
      head["Tags"] = sorted(s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"], key=str)
      while "Body" not in head:
        try:
          head["Body"] = hashlib.sha256(s3.get_object(Bucket=bucket, Key=key)["Body"].read()).hexdigest()
        except ResponseStreamingError:
          pass
      return json.loads(json.dumps(head, default=str))


    """
}

extension Result where Failure == any Error {
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
