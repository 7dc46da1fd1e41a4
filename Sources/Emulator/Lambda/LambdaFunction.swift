import Foundation

/// The function: its queue of events, its one instance, and what each invocation came to. Events are handled
/// one at a time, in order.
actor LambdaFunction {
  /// What waits for an invocation's result.
  private enum Waiter {
    case caller(CheckedContinuation<InvocationResult, Never>)
    /// An asynchronous invocation, with the attempts that have failed so far.
    case event(failedAttempts: Int)
  }

  private static let historyCount = 50

  nonisolated let settings: FunctionSettings
  nonisolated let log: InvocationLog
  /// The newest results, oldest first.
  private(set) var history: [InvocationResult] = []

  private let sandbox: Sandbox
  private var queue: [(invocation: Invocation, waiter: Waiter)] = []
  private var isDraining = false
  private var eventsBetweenAttempts = 0
  private var isStopped = false

  init(sandbox: Sandbox) {
    self.sandbox = sandbox
    settings = sandbox.settings
    log = sandbox.log
  }

  /// Invokes the function and waits for the result.
  func invoke(_ invocation: Invocation) async -> InvocationResult {
    await withCheckedContinuation { continuation in
      enqueue(invocation, .caller(continuation))
    }
  }

  /// Queues an event, as Lambda does for `InvocationType: Event` and for S3: nobody waits for the result,
  /// and a failure is followed by further attempts.
  func accept(_ event: Invocation) { enqueue(event, .event(failedAttempts: 0)) }

  /// Whether nothing is queued, running, or due for another attempt.
  var isIdle: Bool { queue.isEmpty && !isDraining && eventsBetweenAttempts == 0 }

  /// Ends what runs and refuses what comes.
  func stop() async {
    isStopped = true
    await sandbox.stop()
    while isDraining { try? await Task.sleep(for: .milliseconds(5)) }
  }

  private func enqueue(_ invocation: Invocation, _ waiter: Waiter) {
    queue.append((invocation, waiter))
    guard !isDraining else { return }
    isDraining = true
    Task { await drain() }
  }

  private func drain() async {
    while !queue.isEmpty {
      let (invocation, waiter) = queue.removeFirst()
      let result = await sandbox.run(invocation)
      history.append(result)
      if history.count > Self.historyCount { history.removeFirst() }
      switch waiter {
      case .caller(let continuation): continuation.resume(returning: result)
      case .event(let failedAttempts):
        if result.functionError != nil, !isStopped { retry(invocation, failedAttempts + 1) }
      }
    }
    isDraining = false
  }

  private func retry(_ event: Invocation, _ failedAttempts: Int) {
    guard failedAttempts <= settings.retryDelays.count else {
      log.note("event \(event.requestID) is dropped after \(failedAttempts) attempts")
      return
    }
    let delay = settings.retryDelays[failedAttempts - 1]
    log.note("event \(event.requestID) failed; attempt \(failedAttempts + 1) in \(delay) s")
    eventsBetweenAttempts += 1
    Task {
      try? await Task.sleep(for: .seconds(delay))
      eventsBetweenAttempts -= 1
      if !isStopped { enqueue(event, .event(failedAttempts: failedAttempts)) }
    }
  }
}
