/// Memory that holds float32 values: either its own, or borrowed from an owner (a file map) that it
/// keeps alive.
public final class TensorStorage: @unchecked Sendable {
  /// The first value. Never written after the storage was handed to a ``Tensor``.
  public let base: UnsafeMutablePointer<Float>
  /// How many values there are.
  public let count: Int
  private let owner: AnyObject?

  /// Takes fresh memory, aligned to 64 bytes, and lets `fill` write all of it.
  public init(count: Int, fill: (UnsafeMutableBufferPointer<Float>) -> Void) {
    self.count = count
    owner = nil
    base = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
    fill(UnsafeMutableBufferPointer(start: base, count: count))
  }

  /// Borrows memory that stays valid, and unchanged, for as long as `owner` lives.
  public init(borrowing base: UnsafePointer<Float>, count: Int, from owner: AnyObject) {
    self.base = UnsafeMutablePointer(mutating: base)
    self.count = count
    self.owner = owner
  }

  deinit {
    if owner == nil { UnsafeMutableRawPointer(base).deallocate() }
  }
}

/// A dense, row-major float32 array that is not changed after it is made: weights and constants.
///
/// Images are channels last: `[batch, height, width, channels]`.
public struct Tensor: Sendable {
  /// Sizes of the axes, outermost first. A scalar has none.
  public let shape: [Int]
  /// The values.
  public let storage: TensorStorage

  /// How many values the shape spans.
  public var count: Int { shape.reduce(1, *) }

  /// The values in row-major order; valid while the tensor lives.
  public var values: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: storage.base, count: count) }

  /// - Precondition: `storage` holds as many values as `shape` spans.
  public init(shape: [Int], storage: TensorStorage) {
    precondition(shape.reduce(1, *) == storage.count, "a tensor's shape must span its storage")
    self.shape = shape
    self.storage = storage
  }

  /// Copies values.
  public init(shape: [Int], _ values: some Collection<Float>) {
    self.init(
      shape: shape,
      storage: TensorStorage(count: values.count) { memory in _ = memory.initialize(from: values) })
  }

  /// The same values under another shape.
  public func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape: shape, storage: storage) }
}
