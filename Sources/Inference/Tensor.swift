import CPrefetch
import Glibc

/// Memory that holds float32 values: either its own, or borrowed from an owner (a file map) that it
/// keeps alive.
public final class TensorStorage: @unchecked Sendable {
  /// The first value. Never written after the storage was handed to a ``Tensor``.
  public let base: UnsafeMutablePointer<Float>
  /// How many values there are.
  public let count: Int
  private let owner: AnyObject?
  /// Whether the memory is an unmodified map of a file, which can be read again at any time.
  private let isFileMap: Bool

  /// Takes fresh memory, aligned to 64 bytes, and lets `fill` write all of it.
  public init(count: Int, fill: (UnsafeMutableBufferPointer<Float>) -> Void) {
    self.count = count
    owner = nil
    isFileMap = false
    base = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
    fill(UnsafeMutableBufferPointer(start: base, count: count))
  }

  /// Borrows memory that stays valid, and unchanged, for as long as `owner` lives.
  /// - Parameter isFileMap: whether the memory is an unmodified map of a file, so that its pages may be
  ///   given back to the system while nobody reads them.
  public init(
    borrowing base: UnsafePointer<Float>, count: Int, from owner: AnyObject, isFileMap: Bool = false
  ) {
    self.isFileMap = isFileMap
    self.base = UnsafeMutablePointer(mutating: base)
    self.count = count
    self.owner = owner
  }

  /// The same out of the file: a page that is read in every run stays in memory, and a large one with it.
  var inMemory: TensorStorage {
    guard isFileMap else { return self }
    return TensorStorage(count: count) { $0.baseAddress?.update(from: base, count: count) }
  }

  /// Has the pages of a mapped file in place before they are read in no particular order, in which threads would wait
  /// for the same ones.
  /// - Parameter workers: the threads that share the work.
  func mapPages(_ workers: Workers) {
    guard isFileMap else { return }
    // What Linux maps around a page that is read, where that is in its page cache (`fault_around_bytes`).
    let size = (1 << 16) / MemoryLayout<Float>.stride
    workers.forEach((count + size - 1) / size) { part in thimble_touch(base + part * size) }
  }

  /// Gives the pages of a mapped file back to the system: the values have been copied (packed) and are
  /// not expected to be read again soon. Reading them stays possible.
  /// - Parameter workers: the threads that share the work.
  func dropPages(_ workers: Workers) {
    guard isFileMap else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = UInt(bitPattern: base)
    // Pages at the ends may hold others' values.
    let first = (start + UInt(page) - 1) / UInt(page) * UInt(page)
    let end = (start + UInt(count * 4)) / UInt(page) * UInt(page)
    guard end > first, let pages = UnsafeMutableRawPointer(bitPattern: first) else { return }
    let count = Int(end - first)
    let size = (count / workers.count / page + 1) * page
    workers.forEach((count + size - 1) / size) { part in
      madvise(pages + part * size, min(size, count - part * size), MADV_DONTNEED)
    }
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

  /// The same values, not in a mapped file.
  var inMemory: Tensor { Tensor(shape: shape, storage: storage.inMemory) }
}
