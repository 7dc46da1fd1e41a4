import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// Lambda and S3 on one port of 127.0.0.1: the Runtime API, the Invoke API, S3 kept in folders, and a web
/// page. One function, one instance of it: events are handled one at a time, in order.
///
/// What stands for Lambda's fixed places: the function's folder for `/var/task` (`LAMBDA_TASK_ROOT`), the
/// layer's folder for `/opt` (`THIMBLE_LAYER_ROOT`), a folder of the function's own for `/tmp` (`TMPDIR`,
/// `THIMBLE_CACHE`). The function gets the memory size, it is reported, and enforced where
/// ``EmulatorOptions/limitsResources`` asks for it and the machine allows it.
public final class Emulator: Sendable {
  public let options: EmulatorOptions
  private let state = Mutex<Running?>(nil)

  private struct Running {
    var server: HTTPServer
    var function: LambdaFunction?
    var port: UInt16
    var workDirectory: String
  }

  public init(options: EmulatorOptions) {
    self.options = options
  }

  /// `http://127.0.0.1:PORT`; nil before ``start()``.
  public var endpoint: String? { state.withLock { $0.map { "http://127.0.0.1:\($0.port)" } } }

  /// Starts to listen. The function's process is started by the first event.
  /// - Returns: The port.
  public func start() async throws(EmulatorError) -> UInt16 {
    let work = try makeWorkDirectory()
    do throws(EmulatorError) {
      return try await start(in: work)
    } catch {
      removeWorkDirectory(work)
      throw error
    }
  }

  private func start(in work: String) async throws(EmulatorError) -> UInt16 {
    let link = Link(milliseconds: options.s3Latency, megabytes: options.s3Rate)
    var log: AccessLog?
    if let path = options.accessLog { log = try AccessLog(path: path) }
    let functionKey = AccessKey(
      id: "ASIA" + Invocation.randomHex(16).uppercased(), secret: Invocation.randomHex(40),
      sessionToken: Invocation.randomHex(64))
    let buckets = try BucketList(options.buckets, root: work + "/buckets")
    let sandbox = try makeSandbox(work, functionKey)
    let function = sandbox.map { LambdaFunction(sandbox: $0) }
    let authenticator = Authenticator(keys: [options.credentials, functionKey])
    let notifying = options.notifyingBuckets
    let s3 = S3Service(
      buckets: buckets, authenticator: authenticator, region: options.region,
      faults: FaultInjector(options.faults), pieceBytes: link.pieceBytes
    ) { bucket, message in
      guard notifying?.contains(bucket) ?? true else { return }
      await function?.accept(Invocation(payload: JSON.encode(message)))
    }
    let arrivals = link.latency == nil ? nil : Arrivals()
    let router = RequestRouter(
      runtime: sandbox.map(RuntimeAPI.init),
      invoke: InvokeAPI(function: function, authenticator: authenticator),
      s3: S3Port(service: s3, link: link, arrivals: arrivals, lead: arrivals.map { _ in Lead() }, log: log),
      web: WebPage(buckets: buckets, function: function, s3: s3))
    let server: HTTPServer
    let port: UInt16
    do throws(EmulatorError) {
      (server, port) = try await listen(router, arrivals)
    } catch {
      // Its control group.
      await sandbox?.stop()
      throw error
    }
    await sandbox?.setEndpoint("127.0.0.1:\(port)")
    state.withLock { $0 = Running(server: server, function: function, port: port, workDirectory: work) }
    return port
  }

  /// Invokes the function and waits for its answer.
  /// - Returns: nil when there is no function, or the emulator does not run.
  public func invoke(_ payload: Data) async -> InvocationResult? {
    await function?.invoke(Invocation(payload: payload))
  }

  /// Waits until no event is queued, running or due for another attempt.
  /// - Parameter timeout: seconds.
  /// - Returns: false when they passed first.
  public func waitUntilIdle(timeout: Double) async -> Bool {
    guard let function else { return true }
    let end = ContinuousClock.now + .seconds(timeout)
    while await !function.isIdle {
      guard ContinuousClock.now < end else { return false }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return true
  }

  /// What the newest invocations came to, oldest first.
  public var history: [InvocationResult] {
    get async { await function?.history ?? [] }
  }

  /// Stops to listen and kills the function's process group: nothing stays behind.
  public func stop() async {
    let running = state.withLock { state in
      defer { state = nil }
      return state
    }
    guard let running else { return }
    await running.function?.stop()
    await running.server.stop(timeout: 1)
    removeWorkDirectory(running.workDirectory)
  }

  private var function: LambdaFunction? { state.withLock { $0?.function } }

  // MARK: Starting

  private func makeWorkDirectory() throws(EmulatorError) -> String {
    let path = options.workDirectory ?? NSTemporaryDirectory() + "/thimble-emulator-" + UUID().uuidString
    try FileTree.makeDirectory(path)
    return FileTree.absolute(path)
  }

  /// Unless it is the user's own.
  private func removeWorkDirectory(_ path: String) {
    if options.workDirectory == nil { try? FileManager.default.removeItem(atPath: path) }
  }

  private func makeSandbox(_ work: String, _ credentials: AccessKey) throws(EmulatorError) -> Sandbox? {
    guard let path = options.function else { return nil }
    let taskRoot = try FunctionPackage.open(path, unpackingTo: work + "/task")
    var layerRoot: String?
    if let layer = options.layer { layerRoot = try FunctionPackage.open(layer, unpackingTo: work + "/opt") }
    let temporary = work + "/tmp"
    try FileTree.makeDirectory(temporary)
    let settings = FunctionSettings(
      name: options.functionName, taskRoot: taskRoot, layerRoot: layerRoot, temporaryDirectory: temporary,
      environment: options.environment, memory: options.memory, timeout: options.timeout,
      initTimeout: options.initTimeout, retryDelays: options.retryDelays, region: options.region,
      credentials: credentials)
    return Sandbox(
      settings: settings, log: InvocationLog(name: options.functionName, forward: options.log),
      group: makeGroup())
  }

  private func makeGroup() -> ControlGroup? {
    guard options.limitsResources else { return nil }
    do throws(ControlGroup.Refusal) {
      return try ControlGroup(memory: options.memory)
    } catch {
      options.log("the function's memory is not limited: \(error.reason)")
      return nil
    }
  }

  private func listen(_ router: RequestRouter, _ arrivals: Arrivals?) async throws(EmulatorError) -> (
    HTTPServer, UInt16
  ) {
    let port = options.port
    do {
      let address = try sockaddr_in.inet(ip4: "127.0.0.1", port: port)
      // No limit on an answer's time: `next` waits forever. A small first buffer, so that bodies are read as
      // streams, and `Expect: 100-continue` is answered.
      let configuration = HTTPServer.Configuration(
        address: address, timeout: 1e9, sharedRequestBufferSize: 256, sharedRequestReplaySize: 256,
        pool: ServerSocketPool(arrivals: arrivals), logger: .disabled)
      let server = HTTPServer(config: configuration, handler: router)
      let (failures, failed) = AsyncStream.makeStream(of: String?.self)
      Task {
        do { try await server.run() } catch { failed.yield("\(error)") }
        failed.finish()
      }
      Task {
        try? await server.waitUntilListening()
        failed.yield(nil)
      }
      for await failure in failures {
        if let failure { throw EmulatorError.cannotListen(port: port, reason: failure) }
        break
      }
      guard case .ip4(_, let port) = await server.listeningAddress else {
        throw EmulatorError.cannotListen(port: port, reason: "it did not start to listen")
      }
      return (server, port)
    } catch let error as EmulatorError {
      throw error
    } catch {
      throw .cannotListen(port: port, reason: "\(error)")
    }
  }
}
