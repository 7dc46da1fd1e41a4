import System

/// Looks at the objects of an event, several at a time, so that the network is busy while the processor is. Each goes
/// its way on a thread of its own, which mostly waits for S3; what is computed passes a ``ComputeGate``.
struct ObjectPipeline {
  /// Objects at a time: enough for the processor never to wait for S3 when models are small.
  static let width = 10

  private struct State {
    var schedule: ObjectSchedule
    var results: [ObjectResult?]
  }

  /// - Parameters:
  ///   - process: looks at one object; called by several threads at once.
  ///   - idle: something useful for when S3 is waited for; returns false when there is nothing.
  /// - Returns: the results in the objects' order, nil for those that were not to be looked at; and the results of the
  ///   messages.
  static func run(
    _ schedule: ObjectSchedule, process: @escaping (ObjectEvent, ComputeGate) -> ObjectResult,
    idle: () -> Bool
  ) -> (results: [ObjectResult?], schedule: ObjectSchedule) {
    let gate = ComputeGate()
    let state = Monitor(
      State(schedule: schedule, results: Array(repeating: nil, count: schedule.objects.count)))
    if schedule.isDone { return (state.withLock { $0.results }, schedule) }
    let lane = {
      while let index = next(state) {
        let result = process(schedule.objects[index], gate)
        let isDone = state.withLock { state in
          state.results[index] = result
          state.schedule.finish(index, failed: result.status == .failed)
          return state.schedule.isDone
        }
        if isDone { gate.close() }
      }
    }
    let lanes = (0..<min(width, schedule.objects.count)).filter { _ in BackgroundThread.start(lane) }
    if lanes.isEmpty { lane() } else { gate.runWhileFree(idle) }
    return state.wait { state in
      state.schedule.isDone ? (state.results, state.schedule) : nil
    }
  }

  /// - Returns: the object to look at; nil: none is left.
  private static func next(_ state: Monitor<State>) -> Int? {
    state.wait { state -> Int?? in
      if let index = state.schedule.next() { return index }
      return state.schedule.isDone ? .some(nil) : nil
    }
  }
}
