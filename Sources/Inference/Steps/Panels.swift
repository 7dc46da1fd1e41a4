import Kernels

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
    bias: UnsafePointer<Float>? = nil, workers: Workers
  ) {
    self.inner = inner
    self.columns = columns
    storage = TensorStorage(count: packedCount(inner: inner, columns: columns)) { memory in
      guard let base = memory.baseAddress else { return }
      workers.forEach((columns + gemmPanelWidth - 1) / gemmPanelWidth) { panel in
        let first = panel * gemmPanelWidth
        let count = min(columns - first, gemmPanelWidth)
        let width = panelWidth(count)
        var target = base + first * (inner + 1)
        packPanelBias(bias.map { $0 + first }, columns: count, into: target)
        target += width
        let rows = inner / max(blocks.count, 1)
        for block in blocks {
          packPanelRows(
            block.base + first * block.columnStride, rows: rows, rowStride: block.rowStride,
            columnStride: block.columnStride, columns: count, scale: scale.map { $0 + first }, into: target)
          target += rows * width
        }
      }
    }
  }

  /// The panel that starts with a column, a multiple of the panels' width.
  func panel(column: Int) -> UnsafePointer<Float> { UnsafePointer(storage.base) + column * (inner + 1) }

  var bytes: Int { storage.count * 4 }
}
