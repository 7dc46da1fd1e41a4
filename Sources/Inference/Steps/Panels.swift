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
    _ blocks: [Matrix], of weights: Tensor, inner: Int, columns: Int, scale: Tensor? = nil, bias: Tensor? = nil,
    firstColumn: Int = 0, _ packing: Packing
  ) {
    self.inner = inner
    self.columns = columns
    let kernels = packing.kernels
    packed = PackedWeights(count: kernels.packedCount(inner, columns), of: [weights, scale, bias]) { base in
      let source = UnsafePointer(weights.storage.base)
      let scale = scale.map { UnsafePointer($0.storage.base) + firstColumn }
      let bias = bias.map { UnsafePointer($0.storage.base) + firstColumn }
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
              source + block.first + first * block.columnStride, rows, block.rowStride, block.columnStride, count,
              scale.map { $0 + first }, target)
            target += rows * rowSize
          }
        }
      }
    }
  }

  /// The panel that starts with a column, a multiple of the panels' width.
  func panel(column: Int) -> UnsafePointer<Float> { packed.base + column * (inner + 1) }

  var bytes: Int { packed.count * 4 }
}
