/// The right factor of a matrix product, packed for the kernel: columns in panels, each with its bias.
struct Panels {
  /// Values summed for each result.
  let inner: Int
  let columns: Int
  private let storage: TensorStorage

  /// A matrix somewhere in memory: where it starts, and how far its rows and its columns are apart.
  struct Matrix {
    var base: UnsafePointer<Float>
    var rowStride: Int
    var columnStride = 1
  }

  /// Packs.
  /// - Parameters:
  ///   - blocks: matrices of equal height that lie on top of each other.
  ///   - scale: factors of the columns.
  init(
    _ blocks: [Matrix], inner: Int, columns: Int, scale: UnsafePointer<Float>? = nil,
    bias: UnsafePointer<Float>? = nil, _ packing: Packing
  ) {
    self.inner = inner
    self.columns = columns
    let kernels = packing.kernels
    storage = packing.memory.storage(count: kernels.packedCount(inner, columns)) { memory in
      guard let base = memory.baseAddress else { return }
      let width = kernels.panelWidth
      packing.workers.forEach((columns + width - 1) / width) { panel in
        let start = panel * width
        kernels.forEachPacked(min(columns - start, width)) { offset, count, kernels in
          let first = start + offset
          let rowSize = kernels.packedWidth(count)
          var target = base + first * (inner + 1)
          kernels.packPanelBias(bias.map { $0 + first }, count, target)
          target += rowSize
          let rows = inner / max(blocks.count, 1)
          for block in blocks {
            kernels.packPanelRows(
              block.base + first * block.columnStride, rows, block.rowStride, block.columnStride, count,
              scale.map { $0 + first }, target)
            target += rows * rowSize
          }
        }
      }
    }
  }

  /// The panel that starts with a column, a multiple of the panels' width.
  func panel(column: Int) -> UnsafePointer<Float> { UnsafePointer(storage.base) + column * (inner + 1) }

  var bytes: Int { storage.count * 4 }
}
