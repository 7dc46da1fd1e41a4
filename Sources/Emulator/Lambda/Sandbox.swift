import Foundation

/// The place where the function's process lives: starts it, hands it events through the Runtime API, kills
/// it when it takes too long, and starts it again after it ended. One event at a time: ``run(_:)`` is called
/// by one task only.
actor Sandbox {
  /// How a process start came to its end.
  private enum InitEnd {
    /// The first `next`.
    case ready
    case failed(Data, type: String?)
    case exited(ExitStatus)
    case timedOut
    case cannotStart(String)
    case stopped
  }

  private struct Instance {
    var process: ChildProcess
    var number: Int
  }

  private struct Running {
    var delivery: Delivery
    /// When the runtime received it; nil before.
    var delivered: ContinuousClock.Instant?
    var end: CheckedContinuation<(InvocationEnd, duration: Double?), Never>
  }

  nonisolated let settings: FunctionSettings
  nonisolated let log: InvocationLog
  /// What holds the process to its memory size; nil: nothing does.
  private let group: ControlGroup?
  /// `host:port` of the Runtime API.
  private var endpoint = ""
  private var instance: Instance?
  private var instanceCount = 0
  private var starting: CheckedContinuation<InitEnd, Never>?
  private var poll: CheckedContinuation<Delivery, any Error>?
  private var running: Running?
  private var retired: CheckedContinuation<Void, Never>?
  private var peakBytes = 0
  private var isStopped = false

  init(settings: FunctionSettings, log: InvocationLog, group: ControlGroup? = nil) {
    self.settings = settings
    self.group = group
    self.log = log
  }

  func setEndpoint(_ endpoint: String) { self.endpoint = endpoint }

  // MARK: One invocation

  /// Runs one invocation to its end, starting the process when there is none.
  func run(_ invocation: Invocation) async -> InvocationResult {
    var initDuration: Double?
    // A process that ended after its last answer is noticed only when the next event is due. That event was
    // never delivered: it gets a new process. A second such death is the function's own failure.
    for isLastAttempt in [false, true] {
      if instance == nil {
        let clock = ContinuousClock.now
        let initEnd = await startInstance()
        let milliseconds = Self.milliseconds(since: clock)
        guard case .ready = initEnd else {
          return await initFailed(invocation, initEnd, milliseconds)
        }
        initDuration = milliseconds
        // What init printed comes before what the invocation prints.
        instance?.process.waitUntilOutputIsRead()
      }
      log.add("START RequestId: \(invocation.requestID) Version: $LATEST")
      let (end, duration) = await deliver(invocation)
      if case .exited = end, duration == nil, !isLastAttempt { continue }
      return await finish(invocation, outcome(of: end, invocation), duration ?? 0, initDuration)
    }
    return await finish(invocation, outcome(of: .stopped, invocation), 0, nil)
  }

  /// - Returns: how it ended, and the milliseconds since the runtime received it; nil when it never did.
  private func deliver(_ invocation: Invocation) async -> (InvocationEnd, duration: Double?) {
    let deadline = Date(timeIntervalSinceNow: settings.timeout)
    let delivery = Delivery(invocation: invocation, deadline: deadline, functionARN: settings.arn)
    let limit = Task {
      try await Task.sleep(for: .seconds(settings.timeout))
      self.end(.timedOut, of: invocation.requestID)
    }
    defer { limit.cancel() }
    return await withCheckedContinuation { continuation in
      running = Running(delivery: delivery, end: continuation)
      if isStopped || instance == nil {
        self.end(isStopped ? .stopped : .exited(.exited(0)), of: invocation.requestID)
      } else if let poll {
        self.poll = nil
        running?.delivered = .now
        poll.resume(returning: delivery)
      }
    }
  }

  private func end(_ end: InvocationEnd, of requestID: String) {
    guard let running, running.delivery.invocation.requestID == requestID else { return }
    self.running = nil
    running.end.resume(returning: (end, running.delivered.map(Self.milliseconds)))
  }

  private func finish(
    _ invocation: Invocation, _ outcome: InvocationOutcome, _ duration: Double, _ initDuration: Double?
  ) async -> InvocationResult {
    measureMemory()
    if outcome.endsProcess { await retire() }
    if let line = outcome.logLine { log.add(line) }
    let report = InvocationReport(
      requestID: invocation.requestID, duration: duration, initDuration: initDuration,
      memorySize: settings.memory, maxMemoryUsed: (peakBytes + (1 << 20) - 1) >> 20, status: outcome.status,
      finished: Date())
    // What the process printed before its answer may still be in the pipe.
    instance?.process.waitUntilOutputIsRead()
    log.add("END RequestId: \(invocation.requestID)")
    log.add(report.line)
    return InvocationResult(
      requestID: invocation.requestID, payload: outcome.payload, functionError: outcome.functionError,
      logTail: log.takeTail(), report: report)
  }

  private func outcome(of end: InvocationEnd, _ invocation: Invocation) -> InvocationOutcome {
    InvocationOutcome(end, requestID: invocation.requestID, limit: settings.timeout)
  }

  // MARK: The process

  private func startInstance() async -> InitEnd {
    guard !isStopped else { return .stopped }
    let candidates = settings.bootstrapCandidates
    guard let bootstrap = candidates.first(where: { access($0, X_OK) == 0 }) else {
      return .cannotStart(
        "Couldn't find valid bootstrap(s): [\(candidates.joined(separator: " "))]. "
          + "It must be there and executable.")
    }
    instanceCount += 1
    peakBytes = 0
    let number = instanceCount
    let day = Date().formatted(.iso8601.year().month().day().dateSeparator(.dash))
    let stream = "\(day.replacing("-", with: "/"))/[$LATEST]\(Invocation.randomHex(32))"
    log.add("INIT_START Runtime: \(bootstrap)")
    limitProcessors(isInit: true)
    do throws(ChildProcess.SpawnError) {
      let process = try ChildProcess(
        executable: bootstrap,
        environment: settings.processEnvironment(endpoint: endpoint, logStream: stream),
        directory: settings.taskRoot, group: group,
        output: { [log] line in log.add(line) },
        exit: { [weak self] status in
          guard let self else { return }
          Task { await self.exited(number, status) }
        })
      instance = Instance(process: process, number: number)
    } catch {
      return .cannotStart("fork/exec \(bootstrap): \(error.reason)")
    }
    let limit = Task {
      try await Task.sleep(for: .seconds(settings.initTimeout))
      initEnded(.timedOut)
    }
    defer { limit.cancel() }
    return await withCheckedContinuation { starting = $0 }
  }

  /// While there is a process to ask: nobody can tell afterwards.
  private func measureMemory() { peakBytes = max(peakBytes, instance?.process.peakResidentBytes ?? 0) }

  private func limitProcessors(isInit: Bool) {
    do throws(ControlGroup.Refusal) {
      try group?.limitProcessors(isInit: isInit)
    } catch {
      log.note("the share of the processors cannot be set: \(error.reason)")
    }
  }

  private func initEnded(_ end: InitEnd) {
    starting?.resume(returning: end)
    starting = nil
  }

  private func initFailed(_ invocation: Invocation, _ end: InitEnd, _ milliseconds: Double) async
    -> InvocationResult
  {
    await retire()
    let outcome =
      switch end {
      case .failed(let body, let type): outcome(of: .failed(body, type: type), invocation)
      case .exited(let status): outcome(of: .exited(status), invocation)
      case .timedOut:
        InvocationOutcome(.timedOut, requestID: invocation.requestID, limit: settings.initTimeout)
      case .cannotStart(let reason):
        InvocationOutcome(invalidEntrypoint: reason, requestID: invocation.requestID)
      case .stopped, .ready: outcome(of: .stopped, invocation)
      }
    let duration = String(format: "%.2f", milliseconds)
    log.add("INIT_REPORT Init Duration: \(duration) ms\tPhase: init\tStatus: \(outcome.status ?? "error")")
    log.add("START RequestId: \(invocation.requestID) Version: $LATEST")
    return await finish(invocation, outcome, 0, milliseconds)
  }

  private func exited(_ number: Int, _ status: ExitStatus) {
    guard instance?.number == number else { return }
    instance = nil
    poll?.resume(throwing: RuntimeRefusal.invalidRequestID)
    poll = nil
    initEnded(.exited(status))
    if let running { end(.exited(status), of: running.delivery.invocation.requestID) }
    retired?.resume()
    retired = nil
  }

  /// Kills the process group and waits until it is gone.
  private func retire() async {
    guard let instance else { return }
    instance.process.kill()
    await withCheckedContinuation { retired = $0 }
  }

  /// Ends whatever runs; nothing starts afterwards.
  func stop() async {
    isStopped = true
    initEnded(.stopped)
    if let running { end(.stopped, of: running.delivery.invocation.requestID) }
    // `run` retires the process itself when it was in the middle of something.
    instance?.process.kill()
    while instance != nil { try? await Task.sleep(for: .milliseconds(5)) }
    await group?.remove()
  }

  // MARK: The Runtime API

  /// `GET next`: waits, without a limit, for the next event.
  func next() async throws -> Delivery {
    guard instance != nil else { throw RuntimeRefusal.invalidState("Stopped", "Ready") }
    if starting != nil { limitProcessors(isInit: false) }
    initEnded(.ready)
    measureMemory()
    if var running {
      // Asked again before it answered, perhaps because a connection broke: the same event, as with AWS's own
      // emulator.
      running.delivered = running.delivered ?? .now
      self.running = running
      return running.delivery
    }
    // A second poll takes the place of the first, whose connection may be lost.
    poll?.resume(throwing: RuntimeRefusal.invalidState("Ready", "Ready"))
    poll = nil
    return try await withCheckedThrowingContinuation { poll = $0 }
  }

  /// `POST response`. `body` is nil when it was too large to be read: `byteCount` tells how large.
  func respond(_ requestID: String, body: Data?, byteCount: Int) throws(RuntimeRefusal) {
    try requireDelivered(requestID, for: "InvocationResponse")
    guard let body, body.count <= LambdaLimits.responseBytes else {
      end(.answerTooLarge(byteCount), of: requestID)
      throw .tooLarge
    }
    end(.answered(body), of: requestID)
  }

  /// `POST error`.
  func fail(_ requestID: String, body: Data, type: String?) throws(RuntimeRefusal) {
    try requireDelivered(requestID, for: "InvocationErrorResponse")
    end(.failed(body, type: type), of: requestID)
  }

  /// `POST init/error`.
  func failInit(body: Data, type: String?) throws(RuntimeRefusal) {
    guard starting != nil else { throw .invalidState("Ready", "InitError") }
    initEnded(.failed(body, type: type))
  }

  /// - Parameter state: the one that the call would lead to.
  private func requireDelivered(_ requestID: String, for state: String) throws(RuntimeRefusal) {
    guard let running, running.delivered != nil else {
      throw .invalidState(starting == nil ? "ResponseSent" : "Started", state)
    }
    guard running.delivery.invocation.requestID == requestID else { throw .invalidRequestID }
  }

  private static func milliseconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .milliseconds(1)
  }
}
