/// Memory for the packed weights of a plan's steps.
///
/// The first run packs each step's weights into the same memory, just before they are read: a process that computes one
/// result neither waits for fresh memory for all of them nor reads it back. The second run packs them for good.
final class PackedMemory {
  /// Of each step.
  private let weights: [[PackedWeights]]
  private var arena: Arena
  private var stage = Stage.fresh
  /// Values of the arena that are in use.
  private var used = 0

  private enum Stage { case fresh, inPassing, forGood, done }

  /// A cache line.
  private static let alignment = 16

  /// - Throws: ``PlanError`` when there is no memory for the first run.
  init(_ weights: [[PackedWeights]]) throws(PlanError) {
    self.weights = weights
    arena = try Arena(count: weights.map { PackedMemory.count($0) }.max() ?? 0)
  }

  private static func count(_ weights: [PackedWeights]) -> Int {
    weights.reduce(0) { $0 + aligned($1.count) }
  }

  private static func aligned(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }

  /// Whether all are packed for good, and there is nothing left to do.
  var isDone: Bool { stage == .done }

  /// Before the steps of a run.
  func startRun() {
    switch stage {
    case .fresh: stage = .inPassing
    case .inPassing:
      // A system that refuses the memory for all goes on with that for one.
      guard let whole = try? Arena(count: weights.reduce(0) { $0 + PackedMemory.count($1) }) else { return }
      (arena, used, stage) = (whole, 0, .forGood)
    case .forGood: stage = .done
    case .done: break
    }
  }

  /// Packs a step's weights, which it reads next.
  func pack(_ step: Int) {
    if stage == .inPassing { used = 0 }
    for weights in weights[step] {
      let memory = arena.base + used
      used += PackedMemory.aligned(weights.count)
      if stage == .inPassing { weights.pack(into: memory) } else { weights.keep(in: memory) }
    }
  }
}
