/// Where a step finds or leaves a tensor while a plan runs.
///
/// An operand is a matrix of `rows` x `columns` values: for an image, a row is a pixel and the columns
/// are its channels. `rowStride` exceeds `columns` where the tensor is a part of a wider one, which is
/// how a concatenation costs no copy.
struct Operand {
  enum Home {
    /// Values from the start of the plan's arena.
    case arena(offset: Int)
    /// Weights and constants.
    case constant(Tensor)
  }
  var home: Home
  /// The tensor's shape with all sizes known.
  var shape: [Int]
  /// Values from one row to the next.
  var rowStride: Int

  var columns: Int { shape.last ?? 1 }
  var rows: Int { shape.dropLast().reduce(1, *) }
  var isContiguous: Bool { rowStride == columns }
  var count: Int { shape.reduce(1, *) }

  /// Values from one element to the next along every axis.
  var strides: [Int] {
    var strides = Array(repeating: 1, count: shape.count)
    var stride = rowStride
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = stride
      stride *= shape[axis]
    }
    return strides
  }
}

extension Operand {
  /// Weights or constants.
  init(_ tensor: Tensor) {
    self.init(home: .constant(tensor), shape: tensor.shape, rowStride: tensor.shape.last ?? 1)
  }
}

/// One unit of work of a compiled plan. All that can be prepared is prepared before (tiles chosen, weights packed),
/// so that ``run(_:)`` takes no memory and cannot fail.
protocol Step {
  /// The layer, for profiles.
  var name: String { get }
  /// The kernel that was chosen, e.g. `gemm 6x16`, for profiles.
  var kernel: String { get }
  /// Multiplications and additions of one run, by the direct algorithm.
  var flops: Double { get }
  /// Bytes read and written by one run, weights included.
  var bytes: Int { get }
  /// To be packed before a run.
  var packedWeights: [PackedWeights] { get }
  /// Values of scratch memory that the step needs while it runs (shared between steps).
  var scratch: Int { get }

  func run(_ context: RunContext)
}

extension Step {
  var packedWeights: [PackedWeights] { [] }
}

/// One of `parts` nearly equal pieces of `count` things.
func piece(_ index: Int, of parts: Int, _ count: Int) -> Range<Int> {
  index * count / parts..<(index + 1) * count / parts
}

/// What a step may use while it runs.
struct RunContext {
  /// The plan's memory: activations of all steps.
  let arena: UnsafeMutablePointer<Float>
  /// At least as many values as the step's ``Step/scratch``.
  let scratch: UnsafeMutablePointer<Float>
  let workers: Workers

  /// Values that one part of a step's work is about: enough to be worth a thread, few enough to stay in
  /// its cache.
  static let grain = 16_384

  func pointer(_ operand: Operand) -> UnsafeMutablePointer<Float> {
    switch operand.home {
    case .arena(let offset): arena + offset
    case .constant(let tensor): tensor.storage.base
    }
  }
}
