import Foundation
import TestSupport
import Testing

@testable import Emulator

/// A running emulator with a folder of its own, and the peers that test it.
struct Workbench: Sendable {
  /// Whether the Python peers are there; the reason to give when they are not.
  static let hasPython = FileManager.default.isExecutableFile(atPath: Fixtures.python)
  static let hint: Comment = "the Python peers are not there yet: run `make test`"

  let directory: String
  let emulator: Emulator
  let endpoint: String
  /// The lines that the emulator logged.
  let log: LineLog

  /// Runs `body` with an emulator that has the buckets `images` and `models`, and stops it afterwards.
  /// - Parameters:
  ///   - bootstrap: the function's executable; nil: no function.
  ///   - configure: changes the options, given the folder.
  static func run(
    bootstrap: String? = nil, configure: (inout EmulatorOptions, String) throws -> Void = { _, _ in },
    _ body: (Workbench) async throws -> Void
  ) async throws {
    let directory = NSTemporaryDirectory() + "/emulator-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let log = LineLog()
    var options = EmulatorOptions()
    options.log = log.add
    options.retryDelays = [0.05, 0.05]
    (options.timeout, options.initTimeout) = (Patience.seconds, Patience.seconds)
    options.buckets = ["images", "models"].map { BucketFolder(name: $0, directory: directory + "/" + $0) }
    if let bootstrap {
      options.function = directory + "/function"
      try FileManager.default.createDirectory(
        atPath: directory + "/function", withIntermediateDirectories: true)
      try writeExecutable(bootstrap, to: directory + "/function/bootstrap")
    }
    try configure(&options, directory)
    let emulator = Emulator(options: options)
    let port = try await emulator.start()
    let bench = Workbench(
      directory: directory, emulator: emulator, endpoint: "http://127.0.0.1:\(port)", log: log)
    do {
      try await body(bench)
    } catch {
      await emulator.stop()
      throw error
    }
    await emulator.stop()
  }

  static func writeExecutable(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  private var peer: PeerCommand { PeerCommand(directory: directory, endpoint: endpoint) }

  private func checked(_ run: (status: Int32, text: String), _ location: SourceLocation) -> String {
    #expect(run.status == 0, "\(run.text)\n\(log.text)", sourceLocation: location)
    return run.text
  }

  /// Runs a Python program with `s3`, `aws_lambda` and what else ``prelude`` defines.
  /// - Returns: what it printed. A program that fails fails the test.
  @discardableResult
  func python(_ program: String, _ location: SourceLocation = #_sourceLocation) async throws -> String {
    try checked(await peer.python(Self.prelude + program), location)
  }

  /// Runs a command with the developer's credentials.
  @discardableResult
  func command(
    _ executable: String, _ arguments: [String], _ location: SourceLocation = #_sourceLocation
  ) async throws -> String {
    try checked(await peer.run(executable, arguments), location)
  }

  /// Runs the AWS command line.
  @discardableResult
  func aws(_ arguments: [String], _ location: SourceLocation = #_sourceLocation) async throws -> String {
    try checked(await peer.aws(arguments), location)
  }

  private static let prelude = """
    import base64, hashlib, io, json, os, sys, time, urllib.request, urllib.error
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    endpoint = os.environ["ENDPOINT"]
    directory = os.environ["DIRECTORY"]

    def client(service="s3", config=None, **changes):
      return boto3.client(service, **(dict(endpoint_url=endpoint, config=config) | changes))

    s3 = client()
    aws_lambda = client("lambda", Config(retries={"max_attempts": 0}))

    def code(call, **arguments):
      "The error code and status of a call that must fail."
      try:
        call(**arguments)
      except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
      raise AssertionError("it did not fail")

    def same(a, b):
      assert a == b, f"{a!r} != {b!r}"


    """
}

/// A runtime written in Python against AWS's documentation: what its events ask for, it does.
enum FakeRuntime {
  static var source: String {
    """
    #!\(Fixtures.python)
    import http.client, json, os, sys, time
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    base = "/2018-06-01/runtime/"

    def call(method, path, body=None, headers={}):
        api.request(method, base + path, body, headers)
        answer = api.getresponse()
        return answer, answer.read()

    def limits():
        "What the kernel holds this process to: a share of a processor, and bytes."
        groups = dict(line.strip().split(":", 2)[1:] for line in open("/proc/self/cgroup"))
        def read(controller, name):
            for line in open("/proc/self/mountinfo"):
                place, system = line.split(" - ")
                names = system.split()[2].strip().split(",")
                if controller in names or system.startswith("cgroup2") and controller == "":
                    path = place.split()[4] + groups[controller] + "/" + name
                    if os.path.exists(path):
                        return open(path).read().split()
        unified = read("", "cpu.max")
        quota, period = unified or read("cpu", "cpu.cfs_quota_us") + read("cpu", "cpu.cfs_period_us")
        return int(quota) / int(period), int((read("", "memory.max") or read("memory", "memory.limit_in_bytes"))[0])

    mode = os.environ.get("MODE", "")
    if mode == "limits":
        at_start = limits()
    print("starting", mode, file=sys.stderr, flush=True)
    if mode == "init-error":
        body = json.dumps({"errorMessage": "no model", "errorType": "Function.NoModel", "stackTrace": []})
        answer, _ = call("POST", "init/error", body, {"Lambda-Runtime-Function-Error-Type": "Function.NoModel"})
        print("init error answered", answer.status, flush=True)
        sys.exit(1)
    if mode == "init-crash":
        os._exit(7)
    if mode == "init-hang":
        time.sleep(1000)
    count = 0
    while True:
        answer, body = call("GET", "invocation/next")
        if answer.status != 200:
            sys.exit("next: %d" % answer.status)
        count += 1
        names = answer.headers
        request = names["Lambda-Runtime-Aws-Request-Id"]
        event = json.loads(body)
        action = event.get("action") if isinstance(event, dict) else None
        print("event", count, action, flush=True)
        result = {"event": event, "count": count, "pid": os.getpid()}
        if action == "environment":
            result = {"environment": dict(os.environ), "directory": os.getcwd(),
                      "descriptors": sorted(os.listdir("/proc/self/fd"))}
        elif action == "headers":
            result = {name.lower(): value for name, value in names.items()}
            result["milliseconds"] = int(names["Lambda-Runtime-Deadline-Ms"]) - time.time() * 1000
        elif action == "limits":
            result = {"start": at_start, "now": limits(), "groups": open("/proc/self/cgroup").read()}
        elif action == "allocate":
            kept = b"x" * (event["megabytes"] << 20)
            result = len(kept)
        elif action == "fail":
            body = json.dumps({"errorMessage": "no \\u00fc", "errorType": "Function.Bad", "stackTrace": []})
            call("POST", "invocation/" + request + "/error", body,
                 {"Lambda-Runtime-Function-Error-Type": "Function.Bad"})
            continue
        elif action == "exit":
            print("last words", flush=True)
            os._exit(event.get("status", 1))
        elif action == "abort":
            os.abort()
        elif action == "sleep":
            if os.fork() == 0:
                time.sleep(1000)
            time.sleep(1000)
        elif action == "large":
            answer, body = call("POST", "invocation/" + request + "/response", b'"' + b"x" * event["size"] + b'"')
            print("large answered", answer.status, json.loads(body).get("errorType"), flush=True)
            continue
        elif action == "protocol":
            twice = []
            answer, body = call("POST", "invocation/unknown/response", "{}")
            twice.append([answer.status, json.loads(body)["errorType"]])
            answer, body = call("POST", "init/error", "{}")
            twice.append([answer.status, json.loads(body)["errorType"]])
            answer, body = call("GET", "invocation/next")
            twice.append([answer.status, answer.headers["Lambda-Runtime-Aws-Request-Id"] == request])
            answer, body = call("GET", "nonsense")
            twice.append([answer.status, ""])
            result = twice
        elif action == "late":
            call("POST", "invocation/" + request + "/response", "{}")
            for end in ["response", "error"]:
                answer, body = call("POST", "invocation/" + request + "/" + end, "{}")
                print("late", end, answer.status, json.loads(body)["errorType"], flush=True)
            continue
        elif action == "die-after":
            call("POST", "invocation/" + request + "/response", "{}")
            os._exit(0)
        elif action == "append":
            with open(event["path"], "a") as file:
                file.write(request + "\\n")
            call("POST", "invocation/" + request + "/error", json.dumps({"errorType": "X", "errorMessage": "again"}))
            continue
        answer, body = call("POST", "invocation/" + request + "/response", json.dumps(result))
        assert (answer.status, json.loads(body)) == (202, {"status": "OK"}), (answer.status, body)
    """
  }
}
