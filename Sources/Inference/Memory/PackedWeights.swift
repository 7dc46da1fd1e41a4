import Kernels

/// A step's weights in the order in which its kernel reads them.
///
/// They are in one of four states:
///
///     unpacked  -- prepare --->  forOneRun or byStep  -- finish -->  unpacked
///     unpacked  -- keep, piece after piece -------------------->  kept
///
/// Packed for one run, they are in memory that the next step's weights take over. Kept, they stay packed for as long as
/// the plan lives. ``PackedMemory`` says where and when.
final class PackedWeights {
  private enum State {
    /// As the model has them, whatever was packed of what will be kept.
    case unpacked
    /// While their step runs: packed in memory that others write next.
    case forOneRun(UnsafePointer<Float>)
    /// While their step runs: it packs each part itself, just before that part is read.
    case byStep(UnpackedWeights)
    /// Packed permanently.
    case kept(UnsafePointer<Float>)
  }

  private var state = State.unpacked
  /// What they are packed from; nil: they are kept, and it is not needed any more.
  private var source: Source?
  /// Pieces that are packed of what will be kept.
  private var keptPieces = 0

  /// Values when they are packed.
  let count: Int
  /// Values of memory that ``prepare(in:_:)`` needs.
  let firstRunCount: Int

  /// What weights are packed from, and how.
  struct Source {
    /// What `pack` and `parts` read, kept alive until the weights are kept.
    var tensors: [TensorStorage]
    /// How many pieces `pack` knows. Each is some thousand values, or as few as can be packed alone; any thread may
    /// pack any of them, in any order.
    var pieces: Int
    /// How the step packs them itself while it runs; nil: it does not.
    var parts: Parts?
    /// Writes a piece of the packed values, which begin at the given address. All pieces write all values.
    var pack: (_ piece: Int, UnsafeMutablePointer<Float>) -> Void

    init(
      _ tensors: [Tensor?], pieces: Int, parts: Parts? = nil,
      pack: @escaping (_ piece: Int, UnsafeMutablePointer<Float>) -> Void
    ) {
      self.tensors = tensors.compactMap { $0?.storage }
      self.pieces = max(pieces, 1)
      self.parts = parts
      self.pack = pack
    }
  }

  /// How a step packs weights itself: values of memory that all threads need, and what there is to pack with it.
  typealias Parts = (count: Int, weights: (UnsafeMutablePointer<Float>) -> UnpackedWeights)

  /// - Parameter count: values when they are packed.
  init(count: Int, _ source: Source) {
    self.count = count
    self.source = source
    firstRunCount = source.parts?.count ?? count
  }

  /// The first packed value.
  var base: UnsafePointer<Float> {
    switch state {
    case .forOneRun(let base), .kept(let base): base
    case .unpacked, .byStep: preconditionFailure("weights are packed before they are read")
    }
  }

  /// What the step packs itself; nil: they are packed.
  var unpacked: UnpackedWeights? {
    if case .byStep(let weights) = state { weights } else { nil }
  }

  var isKept: Bool {
    if case .kept = state { true } else { false }
  }

  // MARK: For one run

  /// Makes them ready for their step, unless they are kept.
  /// - Parameter memory: ``firstRunCount`` values that nobody else writes until ``finish(_:)``.
  func prepare(in memory: UnsafeMutablePointer<Float>, _ workers: Workers) {
    guard let source else { return }
    if let parts = source.parts {
      for tensor in source.tensors { tensor.mapPages(workers) }
      state = .byStep(parts.weights(memory))
    } else {
      workers.forEach(source.pieces) { source.pack($0, memory) }
      state = .forOneRun(UnsafePointer(memory))
    }
  }

  /// Values from which on it is worth it to give a source's pages back after a run: other threads are interrupted.
  private static let largeCount = 1 << 18

  /// After their step has run. Large sources would be in memory twice, once as the system's copy of the file, for a run
  /// that may never come.
  func finish(_ workers: Workers) {
    guard let source else { return }
    state = .unpacked
    for tensor in source.tensors where tensor.count >= PackedWeights.largeCount { tensor.dropPages(workers) }
  }

  // MARK: For as long as the plan lives

  /// Packs the next pieces of what will be kept; after the last the weights are kept, and let go of what they are made
  /// from.
  /// - Parameters:
  ///   - pieces: at most so many.
  ///   - memory: ``count`` values, the same in each call, that live as long as the weights are read.
  /// - Returns: about how many values were packed.
  @discardableResult
  func keep(_ pieces: Int = .max, in memory: UnsafeMutablePointer<Float>, _ workers: Workers) -> Int {
    guard let source else { return 0 }
    let first = keptPieces
    let packed = min(pieces, source.pieces - first)
    workers.forEach(packed) { source.pack(first + $0, memory) }
    keptPieces += packed
    if keptPieces == source.pieces {
      state = .kept(UnsafePointer(memory))
      self.source = nil
      for tensor in source.tensors { tensor.dropPages(workers) }
    }
    return (count + source.pieces - 1) / source.pieces * packed
  }
}
