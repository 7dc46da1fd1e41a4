/// Memory for the packed weights of a plan's steps.
///
/// A run packs each step's weights that are not kept into memory that activations do not need at that time, just before
/// they are read: a process that computes one result neither waits for fresh memory for all of them nor reads it back.
/// A process that computes more packs them once and keeps them: slice by slice while there is nothing else to do, or all
/// at once.
final class PackedMemory {
  /// Of each step.
  private let weights: [[PackedWeights]]
  private let workers: Workers
  /// The calling thread: a slice is too little work to wake others for.
  private let caller = Workers(count: 1)
  /// All that will be kept, the largest first: a source's pages and their copy are in memory together, which should not
  /// be when nearly all others are packed already.
  private let order: [PackedWeights]
  /// Where they are kept; nil before the first slice.
  private var arena: Arena?
  /// The place in ``order`` of what is packed now, and where it goes.
  private var current = 0
  private var offset = 0
  /// Values of its memory that the system has given.
  private var taken = 0

  /// Values that a slice takes memory for, or packs: half a megabyte, which takes 0.1 to 1 ms. Only a large page takes
  /// longer where the host of a virtual machine has to find its memory, up to 10 ms: it comes whole.
  static let sliceCount = 1 << 17

  init(_ weights: [[PackedWeights]], _ workers: Workers) {
    self.weights = weights
    self.workers = workers
    order = weights.joined().sorted { $0.count > $1.count }
  }

  // MARK: In a run

  /// Values that a step's weights need in a run in which none are kept.
  static func firstRunCount(_ weights: [PackedWeights]) -> Int {
    weights.reduce(0) { $0 + MemoryPlan.aligned($1.firstRunCount) }
  }

  /// Before a step reads its weights.
  /// - Parameter memory: has room for them until the step is done.
  func prepare(_ step: Int, in memory: UnsafeMutablePointer<Float>) {
    if isComplete { return }
    var used = 0
    for weights in weights[step] where !weights.isKept {
      weights.prepare(in: memory + used, workers)
      used += MemoryPlan.aligned(weights.firstRunCount)
    }
  }

  /// After a step is done.
  func finish(_ step: Int) {
    if isComplete { return }
    for weights in weights[step] { weights.finish(workers) }
  }

  // MARK: Between runs

  /// Whether all weights are kept.
  var isComplete: Bool { current == order.count }

  /// Packs a slice of what will be kept, with the calling thread alone.
  /// - Parameter count: about how many values.
  /// - Returns: whether more is left to pack; false also when the system refuses the memory: runs go on as the first.
  func packNext(_ count: Int = PackedMemory.sliceCount) -> Bool {
    guard let arena = memory() else { return false }
    var left = count
    while left > 0, !isComplete {
      let weights = order[current]
      let memory = arena.base + offset
      if taken < weights.count {
        // Pieces are scattered over all of a product's memory: the first would wait for all of it.
        let end = min(taken + left, weights.count)
        left -= end - taken
        for index in stride(from: taken, to: end, by: PackedMemory.pageCount) { memory[index] = 0 }
        taken = end
      } else {
        left -= max(weights.keep(1, in: memory, caller), 1)
        if weights.isKept { advance() }
      }
    }
    return !isComplete
  }

  /// Packs all that is left, with all threads.
  func packAll() {
    guard let arena = memory() else { return }
    while !isComplete {
      order[current].keep(in: arena.base + offset, workers)
      advance()
    }
  }

  private func advance() {
    offset += MemoryPlan.aligned(order[current].count)
    current += 1
    taken = 0
  }

  /// Memory for all: its pages are taken only when they are written.
  private func memory() -> Arena? {
    if let arena { return arena }
    guard !isComplete else { return nil }
    let count = order.reduce(0) { $0 + MemoryPlan.aligned($1.count) }
    arena = try? Arena(count: count)
    return arena
  }

  /// Values of the system's smallest page.
  private static let pageCount = 1024
}
