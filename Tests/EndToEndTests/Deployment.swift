import Emulator
import Foundation
import TestSupport
import Testing

/// A function as somebody deploys it, with buckets `images` and `models`, in a running emulator: the built
/// `bootstrap` with a `thimble.json`, driven by boto3 and the AWS command line.
struct Deployment: Sendable {
  static let isPossible =
    Fixtures.hasDemoData && Fixtures.exist("Classifier")
    && FileManager.default.isExecutableFile(atPath: Fixtures.python)
  static let hint = Comment(rawValue: Fixtures.hint)

  /// SqueezeNet on ImageNet, and a mask detector; files as ``Fixtures/demoData`` has them.
  static let twoModels = """
    {
      models: [
        {
          name: "category", source: "s3://models/squeezenet.h5", labels: "imagenet.txt",
          input: {
            resize: "bilinear", color: "bgr", preprocess: { scale: 1, offset: [-104.006, -116.669, -122.679] },
          },
          output: { top: 3 },
        },
        { name: "face-mask", source: "s3://models/face-mask.h5", labels: "face-mask.txt", input: { preprocess: "tf" } },
      ],
    }
    """

  /// The mean red, green and blue of an image: a tiny model from the fixtures.
  static func oneModel(_ source: String = "s3://models/means.h5", _ more: String = "") -> String {
    "{models: [{name: 'colour', source: '\(source)', labels: ['red', 'green', 'blue'] \(more)}]}"
  }

  let directory: String
  let emulator: Emulator
  let endpoint: String
  let log: LineLog

  /// A folder for one or several runs: `function` with the bootstrap, `images`, `models`.
  static func prepare(_ configuration: String?) throws -> Scratch {
    let scratch = try Scratch()
    for name in ["function", "images", "models", "work"] {
      try FileManager.default.createDirectory(atPath: scratch.path(name), withIntermediateDirectories: true)
    }
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("function/bootstrap"),
      withDestinationPath: Tool.products.appendingPathComponent("bootstrap").path)
    if let configuration {
      try Data(configuration.utf8).write(to: URL(fileURLWithPath: scratch.path("function/thimble.json")))
    }
    return scratch
  }

  /// Copies a file of the demo data or the fixtures to a place in the folder.
  static func copy(_ source: String, to target: String, _ scratch: Scratch) throws {
    let fixture = Fixtures.directory("Classifier") + "/" + source
    let path = FileManager.default.fileExists(atPath: fixture) ? fixture : Fixtures.demoData + "/" + source
    try? FileManager.default.removeItem(atPath: scratch.path(target))
    try FileManager.default.copyItem(atPath: path, toPath: scratch.path(target))
  }

  /// Runs `body` with the function deployed, and stops everything afterwards.
  static func run(
    _ scratch: Scratch, configure: (inout EmulatorOptions) -> Void = { _ in },
    _ body: (Deployment) async throws -> Void
  ) async throws {
    let log = LineLog()
    var options = EmulatorOptions()
    options.log = log.add
    options.retryDelays = [0.05, 0.05]
    (options.timeout, options.initTimeout) = (Patience.seconds, Patience.seconds)
    options.buckets = ["images", "models"].map { BucketFolder(name: $0, directory: scratch.path($0)) }
    options.notifyingBuckets = ["images"]
    options.function = scratch.path("function")
    options.workDirectory = scratch.path("work")
    configure(&options)
    let emulator = Emulator(options: options)
    let port = try await emulator.start()
    let deployment = Deployment(
      directory: scratch.directory, emulator: emulator, endpoint: "http://127.0.0.1:\(port)", log: log)
    do {
      try await body(deployment)
    } catch {
      await emulator.stop()
      throw error
    }
    await emulator.stop()
  }

  /// Waits until all events are handled.
  func settle(_ location: SourceLocation = #_sourceLocation) async throws {
    let isIdle = await emulator.waitUntilIdle(timeout: Patience.seconds)
    try #require(isIdle, "\(log.text)", sourceLocation: location)
  }

  /// What the objects of all answers so far came to: `a.png tagged`, oldest first.
  var statuses: [String] {
    get async throws {
      var statuses: [String] = []
      for result in await emulator.history {
        let answer = try JSONSerialization.jsonObject(with: result.payload) as? [String: Any]
        for object in answer?["objects"] as? [[String: Any]] ?? [] {
          statuses.append("\(object["key"] ?? "") \(object["status"] ?? "")")
        }
        if let error = answer?["errorMessage"] { statuses.append("error: \(error)") }
      }
      return statuses
    }
  }

  /// Invokes the function with an event of its own for objects in `images`.
  func invoke(_ keys: String...) async throws -> (answer: [String: Any], error: String?) {
    let records = keys.map { key in
      [
        "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": ["bucket": ["name": "images"], "object": ["key": key]],
      ]
        as [String: Any]
    }
    return try await invoke(event: ["Records": records])
  }

  func invoke(event: Any) async throws -> (answer: [String: Any], error: String?) {
    let data = try JSONSerialization.data(withJSONObject: event, options: [.fragmentsAllowed])
    let result = try #require(await emulator.invoke(data))
    let answer = try #require(
      try JSONSerialization.jsonObject(with: result.payload) as? [String: Any],
      "\(String(decoding: result.payload, as: UTF8.self))\n\(log.text)")
    return (answer, result.functionError == nil ? nil : answer["errorMessage"] as? String ?? "no message")
  }

  /// Starts a thread that kills the function's process where it stands, so many seconds after it has opened
  /// something in a folder. To be cancelled when that is too late.
  func functionKiller(onceItHasOpened folder: String, after seconds: Double) -> Thread {
    let killer = Thread {
      while !Thread.current.isCancelled {
        if let id = functionProcesses.first(where: { hasOpened($0, folder) }) {
          Thread.sleep(forTimeInterval: seconds)
          kill(id, SIGKILL)
          return
        }
        usleep(500)
      }
    }
    killer.start()
    return killer
  }

  private var functionProcesses: [pid_t] {
    let path = directory + "/function/bootstrap"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap(pid_t.init).filter { id in
      FileManager.default.contents(atPath: "/proc/\(id)/cmdline")?.starts(with: Data(path.utf8)) == true
    }
  }

  private func hasOpened(_ process: pid_t, _ folder: String) -> Bool {
    let descriptors = "/proc/\(process)/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: descriptors)) ?? []
    return names.contains { name in
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: descriptors + "/" + name)
      return target?.hasPrefix(folder + "/") == true
    }
  }

  // MARK: Peers

  /// Runs a Python program that has `s3` (boto3), `photos` and what else ``prelude`` defines.
  /// - Returns: what it printed. A program that fails fails the test.
  @discardableResult
  func python(_ program: String, _ location: SourceLocation = #_sourceLocation) async throws -> String {
    try checked(await peer.python(Self.prelude + program), location)
  }

  /// Runs the AWS command line.
  @discardableResult
  func aws(_ arguments: String..., location: SourceLocation = #_sourceLocation) async throws -> String {
    try checked(await peer.aws(arguments), location)
  }

  private var peer: PeerCommand {
    PeerCommand(
      directory: directory, endpoint: endpoint, more: ["PHOTOS": Fixtures.demoData + "/photos"])
  }

  private func checked(_ run: (status: Int32, text: String), _ location: SourceLocation) -> String {
    #expect(run.status == 0, "\(run.text)\n\(log.text)", sourceLocation: location)
    return run.text
  }

  private static let prelude = """
    import io, json, os, time
    import boto3
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config
    from PIL import Image

    s3 = boto3.client("s3", config=Config(retries={"max_attempts": 10}))
    photos = os.environ["PHOTOS"]


    def picture(red, green, blue, size=(4, 4), format="PNG"):
        buffer = io.BytesIO()
        Image.new("RGB", size, (red, green, blue)).save(buffer, format)
        return buffer.getvalue()


    def put(key, body, **more):
        return s3.put_object(Bucket="images", Key=key, Body=body, **more)


    def head(key):
        return s3.head_object(Bucket="images", Key=key)


    def metadata(key):
        return head(key)["Metadata"]


    def same(a, b):
        assert a == b, f"{a!r} != {b!r}"


    """
}
