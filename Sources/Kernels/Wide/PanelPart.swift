#if AVX512
  import Kernels
#endif

/// The packed weights that tiles work through at a time, and what is read after them.
struct PanelPart {
  /// Where the whole panel begins, or would: only the part may be read.
  let panel: UnsafePointer<Float>
  /// The first cache line of what follows: the next part, or the next panel's first.
  private let following: UnsafePointer<Float>
  /// Values from one row of what follows to the next, and the lines of each.
  private let rowStep: Int
  private let lines: Int
  /// Lines that a tile asks for: one for two values of depth.
  private let linesPerTile: Int
  /// How many tiles have something to ask for.
  private let tiles: Int

  /// - Parameters:
  ///   - column: the panel's first one.
  ///   - count: the panel's columns.
  @inline(__always)
  init(_ block: GemmBlock, _ depth: TileDepth, column: Int, count: Int) {
    let width = packedWidth(count)
    let first = depth.taps.lowerBound * block.depth + depth.channels.lowerBound
    let end = (depth.taps.upperBound - 1) * block.depth + depth.channels.upperBound
    linesPerTile = depth.taps.count * depth.channels.count / 2
    switch block.weights {
    case .packed(let panels):
      panel = panels + column * (block.taps * block.depth + 1)
      following = panel + (1 + end) * width
      // Packed rows lie next to each other.
      (rowStep, lines) = (16, 1)
      tiles = width / 8
    case .unpacked(let weights):
      let weights = weights.columns(from: column)
      packPart(weights, rows: first..<end, isFirst: depth.isFirst, count: count)
      panel = UnsafePointer(weights.memory) - first * width
      let next =
        depth.isLast ? weights.values + gemmPanelWidth : weights.values + end * weights.rowStride
      // A line that began before was read with the panel before.
      following = UnsafePointer(
        UnsafeRawPointer(next).alignedUp(toMultipleOf: 64).assumingMemoryBound(to: Float.self))
      (rowStep, lines) = (weights.rowStride, (width + 15) / 16)
      tiles = 2 * lines
    }
  }

  /// What one of the part's tiles asks for while it works.
  @inline(__always)
  func ahead(of tile: Int) -> TileAhead {
    guard tile < tiles else { return TileAhead(address: following, step: 0) }
    return TileAhead(
      address: following + tile / lines * linesPerTile * rowStep + tile % lines * 16, step: rowStep)
  }
}

/// Packs some rows of a panel.
@inline(never)
private func packPart(_ weights: UnpackedWeights, rows: Range<Int>, isFirst: Bool, count: Int) {
  if isFirst { packPanelBias(weights.bias, columns: count, into: weights.memory) }
  packPanelRows(
    weights.values + rows.lowerBound * weights.rowStride, rows: rows.count, rowStride: weights.rowStride,
    columnStride: 1, columns: count, scale: weights.scale, into: weights.memory + packedWidth(count))
}
