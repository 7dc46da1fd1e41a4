import JSON
import LambdaRuntime

/// The objects of one invocation, one after the other.
struct Round {
  private let invocation: Invocation
  private let tagger: ImageTagger
  private let logger: Logger
  /// Milliseconds that the slowest object took, its models being there.
  private var slowest = 0.0

  init(invocation: Invocation, tagger: ImageTagger, logger: Logger) {
    self.invocation = invocation
    self.tagger = tagger
    self.logger = logger
  }

  /// Objects as S3, SNS or EventBridge tell of them: all are looked at, then the failed ones are named.
  mutating func answer(_ objects: [ObjectEvent]) throws(InvocationFailure) -> JSONValue {
    let results = objects.map { process($0) }
    try throwIfFailed(results.filter { $0.status == .failed }.map(\.text), of: results.count, "objects")
    return ["objects": .array(results.map(\.json))]
  }

  /// Messages of a queue: the failed ones come again. Where all failed the invocation fails, which has the
  /// same effect and does not depend on how the queue is set up.
  mutating func answer(_ messages: [QueueMessage]) throws(InvocationFailure) -> JSONValue {
    var failed: [(id: String, reason: String)] = []
    for message in messages {
      switch message.contents {
      case .success(let objects):
        let failures = objects.map { process($0) }.filter { $0.status == .failed }
        if !failures.isEmpty {
          failed.append((message.id, failures.map(\.text).joined(separator: "; ")))
        }
      case .failure(let error):
        logger.error(
          "cannot read a message", ["messageId": .string(message.id), "reason": .string("\(error)")])
        failed.append((message.id, "\(error)"))
      }
    }
    if !failed.isEmpty, failed.count == messages.count {
      try throwIfFailed(failed.map { "message \($0.id): \($0.reason)" }, of: messages.count, "messages")
    }
    return QueueMessage.answer(failed: failed.map(\.id))
  }

  /// Tasks of a job.
  mutating func answer(_ operation: BatchOperation) -> JSONValue {
    operation.answer(
      operation.tasks.map { task in
        let result = process(task.object)
        guard result.status == .failed else { return (.succeeded, result.summary) }
        return (result.isTransient ? .temporaryFailure : .permanentFailure, result.text)
      })
  }

  /// Processes an object if there is time for it, and logs what became of it.
  private mutating func process(_ event: ObjectEvent) -> ObjectResult {
    // A quarter of a second is left for the answer.
    let left = Double(invocation.remainingMilliseconds) - 250
    let start = Clock.milliseconds
    let object = event.location
    var result: ObjectResult
    if left <= 2 * slowest {
      result = ObjectResult(object: object, status: .failed)
      result.reason =
        "not started: the function's time is up (\(max(0, Int(left))) ms are left): give it more time, or have it "
        + "called with fewer objects at once"
      result.isTransient = true
    } else {
      result = tagger.process(object)
      let own = result.milliseconds.filter { $0.stage != "model" }.reduce(0) { $0 + $1.value }
      slowest = max(slowest, own)
    }
    log(result, milliseconds: Clock.milliseconds - start)
    return result
  }

  private func log(_ result: ObjectResult, milliseconds: Double) {
    logger.log(
      result.status == .failed ? .error : .info, result.status.rawValue,
      [
        "object": .string(result.object.uri), "result": .string(result.summary),
        "milliseconds": .double((milliseconds * 10).rounded() / 10),
      ])
  }

  private func throwIfFailed(
    _ failures: [String], of count: Int, _ what: String
  ) throws(InvocationFailure) {
    guard !failures.isEmpty else { return }
    throw InvocationFailure(
      type: "Function.ObjectsFailed",
      message: "\(failures.count) of \(count) \(what) failed: " + failures.joined(separator: "; "))
  }
}
