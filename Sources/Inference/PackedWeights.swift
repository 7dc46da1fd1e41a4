import Kernels

/// A step's weights in the order in which its kernel reads them. The plan says when and where they are packed: for
/// its first run in memory that the next step's weights take over (some steps pack large ones themselves then, part by
/// part), then for good.
final class PackedWeights {
  let count: Int
  /// Values of memory that the first run needs for them.
  let firstRunCount: Int
  private var memory: UnsafeMutablePointer<Float>?
  /// What the step packs itself, part by part, in the first run, with memory for its first thread; nil: they are packed.
  private(set) var unpacked: UnpackedWeights?
  private var fill: ((UnsafeMutablePointer<Float>) -> Void)?
  private var parts: Parts?
  /// What `fill` and `parts` read.
  private var sources: [TensorStorage]

  /// How a step packs weights itself: values of memory that all threads need, and what there is to pack with it.
  typealias Parts = (count: Int, weights: (UnsafeMutablePointer<Float>) -> UnpackedWeights)

  /// - Parameters:
  ///   - sources: what `fill` and `parts` read, kept alive until the weights are packed for good.
  ///   - parts: how the step packs them itself in the first run; nil: it does not.
  ///   - fill: writes all `count` values.
  init(
    count: Int, of sources: [Tensor?], parts: Parts? = nil,
    fill: @escaping (UnsafeMutablePointer<Float>) -> Void
  ) {
    self.count = count
    firstRunCount = parts?.count ?? count
    self.parts = parts
    self.sources = sources.compactMap { $0?.storage }
    self.fill = fill
  }

  /// The first packed value.
  var base: UnsafePointer<Float> {
    guard let memory else { preconditionFailure("weights are packed before they are read") }
    return UnsafePointer(memory)
  }

  /// Makes them ready for a step of the first run, until the memory is written again.
  func pack(into memory: UnsafeMutablePointer<Float>, _ workers: Workers) {
    if let parts {
      for source in sources { source.mapPages(workers) }
      unpacked = parts.weights(memory)
    } else {
      fill?(memory)
      self.memory = memory
    }
  }

  /// Values from which on it is worth it to give a source's pages back in passing: other threads are interrupted.
  private static let largeCount = 1 << 18

  /// After a step of the first run: large sources would be in memory twice, for a second run that may never come.
  func dropLargeSources(_ workers: Workers) {
    for source in sources where source.count >= PackedWeights.largeCount { source.dropPages(workers) }
  }

  /// Packs them for as long as the memory lives, and lets go of what they are made from.
  func keep(in memory: UnsafeMutablePointer<Float>, _ workers: Workers) {
    fill?(memory)
    self.memory = memory
    unpacked = nil
    parts = nil
    fill = nil
    for source in sources { source.dropPages(workers) }
    sources = []
  }
}
