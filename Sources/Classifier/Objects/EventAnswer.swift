import JSON
import LambdaRuntime
import System

/// What the function answers to one event, all of whose objects were looked at.
struct EventAnswer {
  let invocation: Invocation
  let tagger: ImageTagger
  let logger: Logger
  /// See ``ObjectPipeline``.
  let idle: () -> Bool

  /// - Throws: the failures, where the event as a whole fails.
  func answer(_ event: Event) throws(InvocationFailure) -> JSONValue {
    switch event {
    case .objects(let objects): try answer(objects)
    case .messages(let messages): try answer(messages)
    case .tasks(let operation): answer(operation)
    }
  }

  /// Objects as S3, SNS or EventBridge report them: all are looked at, then the failed ones are named.
  private func answer(_ objects: [ObjectEvent]) throws(InvocationFailure) -> JSONValue {
    let results = run(ObjectSchedule(objects: objects)).results.compactMap { $0 }
    try throwIfFailed(results.filter { $0.status == .failed }.map(\.text), of: results.count, "objects")
    return ["objects": .array(results.map(\.json))]
  }

  /// Messages of a queue: the failed ones come again. Where all failed the invocation fails, which has the
  /// same effect and does not depend on how the queue is set up.
  private func answer(_ messages: [QueueMessage]) throws(InvocationFailure) -> JSONValue {
    let (results, schedule) = run(ObjectSchedule(messages: messages))
    let failed = schedule.order?.failed ?? []
    var reasons: [String: String] = [:]
    var index = 0
    for message in messages {
      switch message.contents {
      case .success(let objects):
        let failures = results[index..<(index + objects.count)].compactMap { $0 }.filter {
          $0.status == .failed
        }
        index += objects.count
        if !failures.isEmpty { reasons[message.id] = failures.map(\.text).joined(separator: "; ") }
      case .failure(let error):
        logger.error(
          "cannot read a message", ["messageId": .string(message.id), "reason": .string("\(error)")])
        reasons[message.id] = "\(error)"
      }
    }
    if !failed.isEmpty, failed.count == messages.count {
      let returned = "not handled: an earlier message of its group failed"
      try throwIfFailed(
        failed.map { "message \($0): \(reasons[$0] ?? returned)" }, of: messages.count, "messages")
    }
    return QueueMessage.answer(failed: failed)
  }

  /// Tasks of a job.
  private func answer(_ operation: BatchOperation) -> JSONValue {
    let results = run(ObjectSchedule(objects: operation.tasks.map(\.object))).results.compactMap { $0 }
    return operation.answer(
      results.map { result in
        guard result.status == .failed else { return (.succeeded, result.summary) }
        return (result.isTransient ? .temporaryFailure : .permanentFailure, result.text)
      })
  }

  // MARK: One object

  private func run(_ schedule: ObjectSchedule) -> (results: [ObjectResult?], schedule: ObjectSchedule) {
    let invocation = invocation
    let time = TimeLimit { Double(invocation.remainingMilliseconds) }
    let isAlone = schedule.objects.count == 1
    return ObjectPipeline.run(
      schedule, process: { object, gate in process(object, gate, time, isAlone: isAlone) }, idle: idle)
  }

  /// Processes an object, and logs its result.
  private func process(
    _ event: ObjectEvent, _ gate: ComputeGate, _ time: TimeLimit, isAlone: Bool
  ) -> ObjectResult {
    let start = Clock.monotonic
    let result = tagger.process(event, gate, time, decodesEarly: isAlone)
    log(result, milliseconds: (Clock.monotonic - start) * 1e3)
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
