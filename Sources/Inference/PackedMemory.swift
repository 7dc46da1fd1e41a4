/// Memory for the packed weights of a plan's steps.
///
/// The first run packs each step's weights into memory that activations do not need at that time, just before they are
/// read: a process that computes one result neither waits for fresh memory for all of them nor reads it back. The
/// second run packs them for good.
final class PackedMemory {
  /// Of each step.
  private let weights: [[PackedWeights]]
  private let workers: Workers
  /// Where they are when they are packed for good.
  private var arena: Arena?
  private var stage = Stage.fresh

  private enum Stage { case fresh, inPassing, done }

  init(_ weights: [[PackedWeights]], _ workers: Workers) {
    self.weights = weights
    self.workers = workers
  }

  /// Values that a step's weights need in the first run.
  static func firstRunCount(_ weights: [PackedWeights]) -> Int {
    weights.reduce(0) { $0 + MemoryPlan.aligned($1.firstRunCount) }
  }

  /// Before the steps of a run.
  func startRun() {
    switch stage {
    case .fresh: stage = .inPassing
    case .inPassing: if keepAll() { stage = .done }
    case .done: break
    }
  }

  /// Before a step reads its weights.
  /// - Parameter memory: has room for them until the step is done.
  func pack(_ step: Int, into memory: UnsafeMutablePointer<Float>) {
    guard stage == .inPassing else { return }
    place(weights[step], { $0.firstRunCount }, in: memory) { $0.pack(into: $1, workers) }
  }

  /// After a step is done.
  func finish(_ step: Int) {
    guard stage == .inPassing else { return }
    for weights in weights[step] { weights.dropLargeSources(workers) }
  }

  /// - Returns: false when the system refuses the memory; all goes on as in the first run then.
  private func keepAll() -> Bool {
    // The largest first: a source's pages and their copy are in memory together, which should not be when nearly
    // all others are packed already.
    let all = weights.joined().sorted { $0.count > $1.count }
    let count = all.reduce(0) { $0 + MemoryPlan.aligned($1.count) }
    guard let whole = try? Arena(count: count) else { return false }
    arena = whole
    place(all, { $0.count }, in: whole.base) { $0.keep(in: $1, workers) }
    return true
  }

  private func place(
    _ weights: [PackedWeights], _ count: (PackedWeights) -> Int, in memory: UnsafeMutablePointer<Float>,
    _ body: (PackedWeights, UnsafeMutablePointer<Float>) -> Void
  ) {
    var used = 0
    for weights in weights {
      body(weights, memory + used)
      used += MemoryPlan.aligned(count(weights))
    }
  }
}
