/// A step's weights in the order in which its kernel reads them. The plan says when and where they are packed: for
/// its first run in memory that the next step's weights take over, then for good.
final class PackedWeights {
  let count: Int
  private var memory: UnsafeMutablePointer<Float>?
  private var fill: ((UnsafeMutablePointer<Float>) -> Void)?
  /// What `fill` reads.
  private var sources: [TensorStorage]

  /// - Parameters:
  ///   - sources: what `fill` reads, kept alive until the weights are packed for good.
  ///   - fill: writes all `count` values.
  init(count: Int, of sources: [Tensor?], fill: @escaping (UnsafeMutablePointer<Float>) -> Void) {
    self.count = count
    self.sources = sources.compactMap { $0?.storage }
    self.fill = fill
  }

  /// The first packed value.
  var base: UnsafePointer<Float> {
    guard let memory else { preconditionFailure("weights are packed before they are read") }
    return UnsafePointer(memory)
  }

  /// Values from which on it is worth it to give a source's pages back in passing: other threads are interrupted.
  private static let largeCount = 1 << 18

  /// Packs them, until the memory is written again.
  func pack(into memory: UnsafeMutablePointer<Float>, _ workers: Workers) {
    fill?(memory)
    self.memory = memory
    // Large ones would be in memory twice, for a second run that may never come.
    for source in sources where source.count >= PackedWeights.largeCount { source.dropPages(workers) }
  }

  /// Packs them for as long as the memory lives, and lets go of what they are made from.
  func keep(in memory: UnsafeMutablePointer<Float>, _ workers: Workers) {
    fill?(memory)
    self.memory = memory
    fill = nil
    for source in sources { source.dropPages(workers) }
    sources = []
  }
}
