/// The right factor of a matrix product, packed for the kernel: columns in panels, each with its bias.
struct Panels {
  /// Values summed for each result.
  let inner: Int
  let columns: Int
  let packed: PackedWeights

  /// A matrix in a tensor: its first value, and how far its rows and its columns are apart.
  struct Matrix {
    var first: Int
    var rowStride: Int
    var columnStride = 1
  }

  /// - Parameters:
  ///   - blocks: matrices of equal height in `weights` that lie on top of each other.
  ///   - scale: factors of the columns.
  ///   - firstColumn: where this product's values begin in `scale` and `bias`.
  init(
    _ blocks: [Matrix], of weights: Tensor, inner: Int, columns: Int, scale: Tensor? = nil,
    bias: Tensor? = nil, firstColumn: Int = 0, _ packing: Packing
  ) {
    self.inner = inner
    self.columns = columns
    let kernels = packing.kernels
    packed = PackedWeights(count: kernels.packedCount(inner, columns), of: [weights, scale, bias]) { base in
      let source = UnsafePointer(weights.storage.base)
      let scale = scale.map { UnsafePointer($0.storage.base) + firstColumn }
      let bias = bias.map { UnsafePointer($0.storage.base) + firstColumn }
      kernels.forEachPanel(0..<columns) { first, count, kernels in
        kernels.packPanelBias(bias.map { $0 + first }, count, base + first * (inner + 1))
      }
      // All panels a few rows at a time, so that the weights are read in their order.
      let rows = inner / max(blocks.count, 1)
      let size = max(Panels.cachedValues / max(columns, 1), 1)
      let parts = (rows + size - 1) / size
      packing.workers.forEach(blocks.count * parts) { part in
        let block = blocks[part / parts]
        let row = part % parts * size
        kernels.forEachPanel(0..<columns) { first, count, kernels in
          kernels.packPanelRows(
            source + block.first + row * block.rowStride + first * block.columnStride, min(size, rows - row),
            block.rowStride, block.columnStride, count, scale.map { $0 + first },
            base + first * (inner + 1) + (1 + part / parts * rows + row) * kernels.packedWidth(count))
        }
      }
    }
  }

  /// Values that are read at a time.
  private static let cachedValues = 8192

  /// The panel that starts with a column, a multiple of the panels' width.
  func panel(column: Int) -> UnsafePointer<Float> { packed.base + column * (inner + 1) }

  var bytes: Int { packed.count * 4 }
}
