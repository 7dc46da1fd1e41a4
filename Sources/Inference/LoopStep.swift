/// A step that is one loop. Only what a part does is written down; that is what threads can call without a closure.
protocol LoopStep: Step {
  var parts: Int { get }

  /// Does one part.
  /// - Parameter thread: see ``LoopBody``.
  func run(_ context: RunContext, part: Int, thread: Int)
}

extension LoopStep {
  func run(_ context: RunContext) { context.workers.forEach(parts, StepLoop(step: self, context: context)) }
}

private struct StepLoop<Loop: LoopStep>: LoopBody {
  let step: Loop
  let context: RunContext

  func run(part: Int, thread: Int) { step.run(context, part: part, thread: thread) }
}

/// A step that is one loop over ranges of values, rows or the like.
protocol RangeStep: Step {
  var ranges: Ranges { get }

  func run(_ context: RunContext, _ range: Range<Int>)
}

extension RangeStep {
  func run(_ context: RunContext) {
    let ranges = ranges
    context.workers.forEach(ranges.parts, StepRanges(step: self, ranges: ranges, context: context))
  }
}

private struct StepRanges<Loop: RangeStep>: LoopBody {
  let step: Loop
  let ranges: Ranges
  let context: RunContext

  func run(part: Int, thread: Int) { step.run(context, ranges.range(of: part)) }
}

extension Ranges {
  init(values count: Int) { self.init(count: count, grain: RunContext.grain) }

  init(rows: Int, columns: Int) {
    self.init(count: rows, grain: max(RunContext.grain / max(columns, 1), 1))
  }
}
