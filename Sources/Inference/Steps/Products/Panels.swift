import Kernels

/// The right factor of a matrix product, packed for the kernel: columns in panels, each with its bias.
struct Panels {
  /// Values summed for each result.
  let inner: Int
  let columns: Int
  let packed: PackedWeights
  /// How the first run's product is cut, in which each part packs the panels that it reads; nil: they are packed before.
  private let cutByPanels: ProductCut?

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
  ///   - rows: of the left factor, if the weights are one matrix of whole rows and the step takes ``firstRunCut`` for
  ///     its first run; nil: it does not.
  init(
    _ blocks: [Matrix], of weights: Tensor, inner: Int, columns: Int, scale: Tensor? = nil,
    bias: Tensor? = nil, firstColumn: Int = 0, rows: Int? = nil, _ packing: Packing
  ) {
    self.inner = inner
    self.columns = columns
    let kernels = packing.kernels
    let threads = packing.workers.count
    cutByPanels = rows.flatMap { rows in
      guard Panels.areWorthParts(rows: rows, inner: inner, columns: columns) else { return nil }
      return ProductCut(byPanels: columns, rows: rows, threads: threads, kernels: kernels)
    }
    let parts = cutByPanels.map { _ -> PackedWeights.Parts in
      (
        threads * UnpackedWeights.partCount,
        { memory in
          UnpackedWeights(
            values: weights.storage.base, rowStride: columns,
            scale: scale.map { UnsafePointer($0.storage.base) },
            bias: bias.map { UnsafePointer($0.storage.base) }, memory: memory)
        }
      )
    }
    // All panels a few rows at a time, so that the weights are read in their order.
    let rowsPerBlock = inner / max(blocks.count, 1)
    let size = max(Panels.cachedValues / max(columns, 1), 1)
    let piecesPerBlock = (rowsPerBlock + size - 1) / size
    let source = PackedWeights.Source(
      [weights, scale, bias], pieces: blocks.count * piecesPerBlock, parts: parts
    ) { piece, base in
      let values = UnsafePointer(weights.storage.base)
      let scale = scale.map { UnsafePointer($0.storage.base) + firstColumn }
      let bias = bias.map { UnsafePointer($0.storage.base) + firstColumn }
      if piece == 0 {
        kernels.forEachPanel(0..<columns) { first, count, kernels in
          kernels.packPanelBias(bias.map { $0 + first }, count, base + first * (inner + 1))
        }
      }
      // A product of no values still has a bias.
      guard piecesPerBlock > 0, piece < blocks.count * piecesPerBlock else { return }
      let block = blocks[piece / piecesPerBlock]
      let row = piece % piecesPerBlock * size
      kernels.forEachPanel(0..<columns) { first, count, kernels in
        kernels.packPanelRows(
          values + block.first + row * block.rowStride + first * block.columnStride,
          min(size, rowsPerBlock - row),
          block.rowStride, block.columnStride, count, scale.map { $0 + first },
          base + first * (inner + 1)
            + (1 + piece / piecesPerBlock * rowsPerBlock + row) * kernels.packedWidth(count))
      }
    }
    packed = PackedWeights(count: kernels.packedCount(inner, columns), source)
  }

  /// Whether packing weights part by part is faster than packing them before: panels must be worth not being written
  /// to memory and read back, and the rows be few enough to be read again for each of them.
  private static func areWorthParts(rows: Int, inner: Int, columns: Int) -> Bool {
    inner * columns >= 1 << 17 && rows * inner <= 1 << 19
  }

  /// How the product is to be cut while its parts pack weights; nil: they are packed.
  var firstRunCut: ProductCut? { packed.unpacked == nil ? nil : cutByPanels }

  /// Rows of the largest part in any run.
  func rowsPerPart(_ cut: ProductCut) -> Int { max(cut.rowsPerPart, cutByPanels?.rowsPerPart ?? 0) }

  /// What a thread's block reads from a column on, a multiple of the panels' width.
  func weights(column: Int, thread: Int) -> GemmWeights {
    guard var weights = packed.unpacked else { return .packed(panel(column: column)) }
    weights.memory += thread * UnpackedWeights.partCount
    return .unpacked(weights.columns(from: column))
  }

  /// Values that are read at a time.
  private static let cachedValues = 8192

  /// The panel that starts with a column, a multiple of the panels' width.
  func panel(column: Int) -> UnsafePointer<Float> { packed.base + column * (inner + 1) }

  var bytes: Int { packed.count * 4 }
}
