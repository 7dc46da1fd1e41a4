import Kernels

/// The steps of a recurrent layer, one after the other; samples are independent of each other.
///
/// A step of a sample is one or two stages, each a product with the state and what the gates do with it.
struct RecurrenceStep: Step {
  let name: String
  let recurrence: Recurrence
  private let input: Operand
  private let mask: Operand?
  private let initialStates: [Operand]
  private let output: Operand
  private let samples: Int
  private let steps: Int
  private let units: Int

  init(name: String, _ recurrence: Recurrence, inputs: [Operand], output: Operand) {
    self.name = name
    self.recurrence = recurrence
    input = inputs[0]
    mask = recurrence.isMasked ? inputs[1] : nil
    initialStates = recurrence.hasInitialStates ? inputs.suffix(recurrence.cell.states) : []
    self.output = output
    samples = input.shape[0]
    steps = input.shape[1]
    units = recurrence.units
    kernel =
      switch recurrence.cell {
      case .simple: "recurrent steps"
      case .lstm: "LSTM steps"
      case .gru: "GRU steps"
      }
  }

  let kernel: String
  var flops: Double { 2 * Double(samples * steps) * Double(recurrence.kernel.count) }
  var bytes: Int { 4 * (input.count + output.count + recurrence.kernel.count) }
  var scratch: Int { samples * valuesPerSample }

  /// Values of a row of gates.
  private var width: Int { recurrence.cell.gates * units }
  /// The states, what is multiplied in place of the first, and the gates.
  private var valuesPerSample: Int { (recurrence.cell.states + 1) * units + width }
  /// Columns of a product that one part computes.
  private static let columnsPerPart = 512
  /// Weights from which on it is worth it to share a product: the threads meet after every stage.
  private static let sharedCount = 1 << 18

  func run(_ context: RunContext) {
    guard recurrence.kernel.count >= Self.sharedCount else {
      return context.workers.forEach(samples, Sequences(step: self, context: context))
    }
    context.workers.forEach(samples, Ends(step: self, context: context, isStart: true))
    for step in 0..<steps {
      for stage in 0..<stages {
        let columns = columns(of: stage)
        let ranges = Ranges(count: columns.count, grain: Self.columnsPerPart)
        context.workers.forEach(
          samples * ranges.parts,
          Products(recurrence: self, context: context, step: step, stage: stage, ranges: ranges))
        context.workers.forEach(
          samples, Gates(recurrence: self, context: context, step: step, stage: stage))
      }
    }
    context.workers.forEach(samples, Ends(step: self, context: context, isStart: false))
  }

  /// All steps of a sample.
  private struct Sequences: LoopBody {
    let step: RecurrenceStep
    let context: RunContext

    func run(part: Int, thread: Int) {
      step.start(part, context)
      for index in 0..<step.steps {
        for stage in 0..<step.stages {
          step.multiply(part, index, step.columns(of: stage), stage, context)
          step.finish(part, index, stage, context)
        }
      }
      step.end(part, context)
    }
  }

  private struct Ends: LoopBody {
    let step: RecurrenceStep
    let context: RunContext
    let isStart: Bool

    func run(part: Int, thread: Int) {
      if isStart { step.start(part, context) } else { step.end(part, context) }
    }
  }

  /// Some columns of a sample's product.
  private struct Products: LoopBody {
    let recurrence: RecurrenceStep
    let context: RunContext
    let step: Int
    let stage: Int
    let ranges: Ranges

    func run(part: Int, thread: Int) {
      let range = ranges.range(of: part % ranges.parts)
      let first = recurrence.columns(of: stage).lowerBound
      recurrence.multiply(
        part / ranges.parts, step, first + range.lowerBound..<first + range.upperBound, stage, context)
    }
  }

  private struct Gates: LoopBody {
    let recurrence: RecurrenceStep
    let context: RunContext
    let step: Int
    let stage: Int

    func run(part: Int, thread: Int) { recurrence.finish(part, step, stage, context) }
  }

  // MARK: Places

  /// A GRU that resets the state has to know the gate before it multiplies the candidate.
  private var stages: Int { recurrence.cell == .gru(resetsProduct: false) ? 2 : 1 }

  private func columns(of stage: Int) -> Range<Int> {
    if stages == 1 { return 0..<width }
    return stage == 0 ? 0..<2 * units : 2 * units..<width
  }

  private func states(_ sample: Int, _ context: RunContext) -> UnsafeMutablePointer<Float> {
    context.scratch + sample * valuesPerSample
  }

  private func resetState(_ sample: Int, _ context: RunContext) -> UnsafeMutablePointer<Float> {
    states(sample, context) + recurrence.cell.states * units
  }

  private func gates(_ sample: Int, _ context: RunContext) -> UnsafeMutablePointer<Float> {
    resetState(sample, context) + units
  }

  /// Where the input has what is the given step in the order in which they are taken.
  private func place(_ step: Int) -> Int { recurrence.goesBackwards ? steps - 1 - step : step }

  private func inputRow(_ sample: Int, _ step: Int, _ context: RunContext) -> UnsafePointer<Float> {
    UnsafePointer(context.pointer(input) + (sample * steps + place(step)) * input.rowStride)
  }

  private func outputRow(_ sample: Int, _ row: Int, _ context: RunContext) -> UnsafeMutablePointer<Float> {
    context.pointer(output) + (sample * output.shape[1] + row) * output.rowStride
  }

  private func isLeftOut(_ sample: Int, _ step: Int, _ context: RunContext) -> Bool {
    guard let mask else { return false }
    return context.pointer(mask)[sample * mask.rowStride + place(step)] == 0
  }

  // MARK: The work on a sample

  private func start(_ sample: Int, _ context: RunContext) {
    for state in 0..<recurrence.cell.states {
      let target = states(sample, context) + state * units
      if initialStates.isEmpty {
        target.update(repeating: 0, count: units)
      } else {
        let source = initialStates[state]
        target.update(from: context.pointer(source) + sample * source.rowStride, count: units)
      }
    }
  }

  private func end(_ sample: Int, _ context: RunContext) {
    for row in 0..<recurrence.stateRows {
      outputRow(sample, row, context).update(from: states(sample, context) + row * units, count: units)
    }
  }

  private func multiply(
    _ sample: Int, _ step: Int, _ columns: Range<Int>, _ stage: Int, _ context: RunContext
  ) {
    if isLeftOut(sample, step, context) { return }
    let first = columns.lowerBound
    // The reset gate acts on the product alone, before the input is added.
    let addsInput = recurrence.cell != .gru(resetsProduct: true)
    multiplyVector(
      stage == 0 ? states(sample, context) : resetState(sample, context),
      weights: recurrence.kernel.storage.base + first, rowStride: width, inner: units,
      columns: columns.count, scale: nil,
      bias: recurrence.bias.map { UnsafePointer($0.storage.base) + first },
      residual: addsInput ? inputRow(sample, step, context) + first : nil,
      bounds: (-.infinity, .infinity), output: gates(sample, context) + first)
  }

  /// What follows after a stage's product, and after the last stage the step's output.
  private func finish(_ sample: Int, _ step: Int, _ stage: Int, _ context: RunContext) {
    let state = states(sample, context)
    let isLeftOut = isLeftOut(sample, step, context)
    if !isLeftOut {
      let gates = gates(sample, context)
      switch recurrence.cell {
      case .simple:
        recurrence.activation.apply(gates, state, units)
      case .lstm: finishLSTM(state, gates)
      case .gru(resetsProduct: true): finishGRU(state, gates, inputRow(sample, step, context))
      case .gru(resetsProduct: false) where stage == 0:
        recurrence.gateActivation.apply(gates, gates, 2 * units)
        multiplyRun(gates + units, state, resetState(sample, context))
      case .gru(resetsProduct: false): mixCandidate(state, gates)
      }
    }
    if stage < stages - 1 || recurrence.result == .states { return }
    let row = outputRow(sample, recurrence.stateRows + step, context)
    if isLeftOut && recurrence.zeroesMaskedSteps {
      row.update(repeating: 0, count: units)
    } else {
      row.update(from: state, count: units)
    }
  }

  private func finishLSTM(_ state: UnsafeMutablePointer<Float>, _ gates: UnsafeMutablePointer<Float>) {
    let carry = state + units
    let candidate = gates + 2 * units
    let outputGate = gates + 3 * units
    recurrence.gateActivation.apply(gates, gates, 2 * units)
    recurrence.activation.apply(candidate, candidate, units)
    recurrence.gateActivation.apply(outputGate, outputGate, units)
    multiplyRun(gates + units, carry, carry)
    addGated(carry, gate: gates, candidate, output: carry, count: units)
    recurrence.activation.apply(carry, candidate, units)
    multiplyRun(outputGate, candidate, state)
  }

  private func finishGRU(
    _ state: UnsafeMutablePointer<Float>, _ gates: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>
  ) {
    binaryRows(
      .add, MatrixSource(gates, rowStride: 0, isScalarRow: false),
      MatrixSource(input, rowStride: 0, isScalarRow: false), output: gates, outputStride: 2 * units, rows: 1,
      columns: 2 * units)
    recurrence.gateActivation.apply(gates, gates, 2 * units)
    let candidate = gates + 2 * units
    addGated(input + 2 * units, gate: gates + units, candidate, output: candidate, count: units)
    mixCandidate(state, gates)
  }

  private func mixCandidate(_ state: UnsafeMutablePointer<Float>, _ gates: UnsafeMutablePointer<Float>) {
    let candidate = gates + 2 * units
    recurrence.activation.apply(candidate, candidate, units)
    mixGated(state, gate: gates, candidate, count: units)
  }

  private func multiplyRun(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>
  ) {
    binaryRows(
      .multiply, MatrixSource(a, rowStride: 0, isScalarRow: false),
      MatrixSource(b, rowStride: 0, isScalarRow: false), output: result, outputStride: units, rows: 1,
      columns: units)
  }
}

extension Unary {
  /// Applies it to a run of values, which may be the result's.
  fileprivate func apply(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    apply(source, 0, target, 0, 1, count)
  }
}
