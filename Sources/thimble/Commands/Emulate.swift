import ArgumentParser
import Dispatch
import Emulator
import Foundation

/// `thimble emulate`: Lambda and S3 on this machine.
struct Emulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emulate", _superCommandName: "thimble",
    abstract: "Run Lambda and S3 on this machine: a photo put into a bucket invokes the function.",
    discussion: """
      A bucket is a folder, an object a file in it. Sign requests with the access key test, secret test. The \
      page at / shows buckets and invocations. Stop with Ctrl-C: nothing stays behind.

      Examples:
        thimble emulate --function build/function --bucket images=photos \\
          --bucket models=models --notify images
        export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1
        aws s3 cp photo.jpg s3://images/ --endpoint-url http://127.0.0.1:9000
        aws s3api head-object --bucket images --key photo.jpg --endpoint-url http://127.0.0.1:9000
        aws lambda invoke --function-name thimble --payload fileb://event.json answer.json \\
          --endpoint-url http://127.0.0.1:9000

      S3 as far away as from a function in its region, and how often and for how much it is asked:
        thimble emulate --function build/function --bucket images=photos \\
          --memory 512 --s3-latency 15 --s3-rate 80 --access-log requests.jsonl
      A third of the requests to S3 fail, in every way there is:
        thimble emulate --function build/function --bucket images=photos \\
          --fail-rate 0.3 --fail-kind all --fail-stall 5
      """)

  @Option(
    help: ArgumentHelp(
      "The function's code: a folder, or a zip. Without it there is S3 alone.", valueName: "dir-or-zip"))
  var function: String?

  @Option(help: ArgumentHelp("A layer: its bootstrap is used when the function has none.", valueName: "zip"))
  var layer: String?

  @Option(
    name: .customLong("bucket"),
    help: ArgumentHelp(
      "A bucket and the folder that holds its objects. May be repeated.", valueName: "name=dir"))
  var buckets: [String] = []

  @Option(
    help: ArgumentHelp(
      "A bucket whose uploads invoke the function. May be repeated. Default: all.", valueName: "bucket"))
  var notify: [String] = []

  @Option(
    help: ArgumentHelp(
      "A bucket whose objects have access control lists (ObjectWriter). May be repeated. Default: none has, as "
        + "on S3.", valueName: "bucket"))
  var objectWriter: [String] = []

  @Option(help: "The port on 127.0.0.1; 0 takes a free one.")
  var port: UInt16 = 9000

  @Option(help: "The function's name.")
  var name = "thimble"

  @Option(
    help: ArgumentHelp(
      "The function's memory. It is killed when it needs more, and gets memory / 1769 of a processor, as on "
        + "Lambda, where control groups may be used here.", valueName: "MB"))
  var memory = 1769

  @Flag(help: "Tell the function its memory size, but do not enforce it.")
  var noLimits = false

  @Option(help: ArgumentHelp("How long an invocation may take.", valueName: "seconds"))
  var timeout = 60.0

  @Option(
    name: .customLong("env"),
    help: ArgumentHelp("A variable of the function. May be repeated.", valueName: "name=value"))
  var environment: [String] = []

  @Option(help: "The region that the function and its events get.")
  var region = "us-east-1"

  @Option(help: "The access key that requests are signed with.")
  var accessKey = "test"

  @Option(help: "Its secret.")
  var secretKey = "test"

  @Option(
    name: .customLong("s3-latency"),
    help: ArgumentHelp(
      "From an S3 request's last byte to its answer's first. Default: as fast as it goes.", valueName: "ms"))
  var s3Latency: Double?

  @Option(
    name: .customLong("s3-rate"),
    help: ArgumentHelp(
      "What each connection to S3 carries, in 10^6 bytes a second. Default: as much as it can.",
      valueName: "MB/s"))
  var s3Rate: Double?

  @Option(
    help: ArgumentHelp(
      "Add a line of JSON for each S3 request to a file: what was asked, what was sent, how long it took.",
      valueName: "file"))
  var accessLog: String?

  @Option(help: ArgumentHelp("Make this share of S3 requests fail, to test retries.", valueName: "0...1"))
  var failRate = 0.0

  @Option(help: "The seed of the random choice of requests that fail.")
  var failSeed: UInt64 = 1

  @Option(
    name: .customLong("fail-kind"),
    help: ArgumentHelp(
      "How they fail: \(FaultKind.allCases.map(\.rawValue).joined(separator: ", ")), or all. May be repeated. "
        + "Default: the first four.",
      valueName: "kind"))
  var failKinds: [String] = []

  @Option(help: ArgumentHelp("How long an answer hangs in Stall.", valueName: "seconds"))
  var failStall = 30.0

  func validate() throws {
    _ = try bucketFolders()
    _ = try variables()
    guard (0...1).contains(failRate) else { throw ValidationError("--fail-rate is a share: 0...1.") }
    _ = try faultKinds()
    guard failStall >= 0 else { throw ValidationError("--fail-stall is a number of seconds.") }
    guard s3Latency.map({ (0...60_000).contains($0) }) ?? true else {
      throw ValidationError("--s3-latency is 0...60000 milliseconds.")
    }
    guard s3Rate.map({ (0.001...100_000).contains($0) }) ?? true else {
      throw ValidationError("--s3-rate is 0.001...100000 MB a second.")
    }
    guard timeout > 0 else { throw ValidationError("--timeout is a number of seconds above 0.") }
    guard (128...10240).contains(memory) else {
      throw ValidationError("--memory is 128...10240 MB, as on Lambda.")
    }
    let names = try bucketFolders().map(\.name)
    if let unknown = notify.first(where: { !names.contains($0) }) {
      throw ValidationError("--notify \(unknown): there is no --bucket of that name.")
    }
    if let unknown = objectWriter.first(where: { !names.contains($0) }) {
      throw ValidationError("--object-writer \(unknown): there is no --bucket of that name.")
    }
  }

  func run() async throws {
    var options = EmulatorOptions()
    options.function = function
    options.layer = layer
    options.buckets = try bucketFolders()
    options.notifyingBuckets = notify.isEmpty ? nil : Set(notify)
    options.port = port
    options.functionName = name
    options.memory = memory
    options.limitsResources = !noLimits
    options.timeout = timeout
    options.environment = try variables()
    options.region = region
    options.credentials = AccessKey(id: accessKey, secret: secretKey)
    options.faults = FaultPlan(rate: failRate, seed: failSeed, kinds: try faultKinds(), stall: failStall)
    options.s3Latency = s3Latency
    options.s3Rate = s3Rate
    options.accessLog = accessLog

    let signals = Signals()
    let emulator = Emulator(options: options)
    let port = try await emulator.start()
    print("http://127.0.0.1:\(port)")
    fflush(nil)
    Terminal.note(
      "access key \(accessKey), secret \(secretKey); page at http://127.0.0.1:\(port)/; stop with Ctrl-C")
    await signals.wait()
    await emulator.stop()
  }

  private func faultKinds() throws -> Set<FaultKind> {
    if failKinds.isEmpty { return FaultPlan.transient }
    if failKinds.contains("all") { return Set(FaultKind.allCases) }
    return Set(
      try failKinds.map { name in
        guard let kind = FaultKind(rawValue: name) else {
          let known = FaultKind.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("--fail-kind \(name): there are \(known), and all.")
        }
        return kind
      })
  }

  private func bucketFolders() throws -> [BucketFolder] {
    try buckets.map { text in
      let (name, directory) = try Self.pair(text, option: "--bucket", form: "NAME=DIR")
      return BucketFolder(
        name: name, directory: directory,
        ownership: objectWriter.contains(name) ? .objectWriter : .bucketOwnerEnforced)
    }
  }

  private func variables() throws -> [String: String] {
    Dictionary(try environment.map { try Self.pair($0, option: "--env", form: "NAME=VALUE") }) { _, last in
      last
    }
  }

  private static func pair(_ text: String, option: String, form: String) throws -> (String, String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw ValidationError("\(option) \(text): write \(form).")
    }
    return (String(parts[0]), String(parts[1]))
  }
}

/// SIGINT, SIGTERM and SIGHUP, waited for instead of dying from them.
private struct Signals {
  private let stream: AsyncStream<Void>
  private let sources: [any DispatchSourceSignal]

  init() {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    self.stream = stream
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield() }
      source.resume()
      return source
    }
  }

  /// Returns when the first signal comes.
  func wait() async { for await _ in stream { break } }
}
