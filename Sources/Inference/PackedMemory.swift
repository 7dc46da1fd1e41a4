/// Memory for the packed weights of a plan's steps.
///
/// The first run packs each step's weights into the same memory, just before they are read: a process that computes one
/// result neither waits for fresh memory for all of them nor reads it back. The second run packs them for good.
final class PackedMemory {
  /// Of each step.
  private let weights: [[PackedWeights]]
  private var arena: Arena
  private var stage = Stage.fresh

  private enum Stage { case fresh, inPassing, done }

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

  /// Before the steps of a run.
  func startRun() {
    switch stage {
    case .fresh: stage = .inPassing
    case .inPassing: if keepAll() { stage = .done }
    case .done: break
    }
  }

  /// Before a step reads its weights.
  func pack(_ step: Int) {
    guard stage == .inPassing else { return }
    place(weights[step], in: arena) { $0.pack(into: $1) }
  }

  /// - Returns: false when the system refuses the memory; all goes on as in the first run then.
  private func keepAll() -> Bool {
    // The largest first: a source's pages and their copy are in memory together, which should not be when nearly
    // all others are packed already.
    let all = weights.joined().sorted { $0.count > $1.count }
    guard let whole = try? Arena(count: PackedMemory.count(all)) else { return false }
    arena = whole
    place(all, in: whole) { $0.keep(in: $1) }
    return true
  }

  private func place(
    _ weights: [PackedWeights], in arena: Arena, _ body: (PackedWeights, UnsafeMutablePointer<Float>) -> Void
  ) {
    var used = 0
    for weights in weights {
      body(weights, arena.base + used)
      used += PackedMemory.aligned(weights.count)
    }
  }
}
