/// What steps need to pack their weights: threads that share the work, the kernels to pack for, and memory.
struct Packing {
  let workers: Workers
  let kernels: KernelSet
  let memory: PackedMemory
}

/// Memory for the packed weights of one plan, cut from few large pieces whose pages are large where the system
/// has such: taking ordinary pages one by one is a tenth of the time until a small model's first result.
final class PackedMemory {
  private var piece: Arena?
  /// Values of the piece that are in use.
  private var used = 0

  /// Values of a piece. Only pages that are written count as memory; the last large one of each piece is mostly in vain.
  private static let pieceCount = 16 << 20
  /// A cache line.
  private static let alignment = 16

  /// Takes memory, aligned to 64 bytes, and lets `fill` write all of it.
  func storage(count: Int, fill: (UnsafeMutableBufferPointer<Float>) -> Void) -> TensorStorage {
    let aligned = (count + PackedMemory.alignment - 1) / PackedMemory.alignment * PackedMemory.alignment
    if used + aligned > piece?.count ?? 0 {
      piece = try? Arena(count: max(aligned, PackedMemory.pieceCount))
      used = 0
    }
    // A piece that the system refuses is not the end: ordinary memory may do.
    guard let piece else { return TensorStorage(count: count, fill: fill) }
    let base = piece.base + used
    used += aligned
    fill(UnsafeMutableBufferPointer(start: base, count: count))
    return TensorStorage(borrowing: base, count: count, from: piece)
  }
}
