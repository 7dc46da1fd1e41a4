#if AVX512
  import Kernels
#endif

/// Columns of one packed panel: two vectors.
public let gemmPanelWidth = 2 * Vector.scalarCount

#if AVX512
  /// Rows of the largest register tile: its sums take 16 of 32 registers; more rows would need more
  /// general registers for their addresses than there are.
  public let gemmTileRows = 8
#else
  /// Rows of the largest register tile: its sums take 12 of 16 registers.
  public let gemmTileRows = 6
#endif

/// Values of the inner dimension that are worked through at a time: their part of a panel is read in order for every
/// tile, which the second-level cache is fast enough for. Fewer would stay in the first, but sums would have to be
/// stored and loaded more often, which costs more.
private let depthLimit = UnpackedWeights.depthCount / gemmPanelWidth

/// Computes a block. Every value is summed in the same order whatever the block's size, so that results
/// do not depend on how a product is cut into blocks.
public func multiply(_ block: GemmBlock) {
  requireRows(block.rows, columns: block.columns, outputStride: block.outputStride)
  require(block.depth >= 0 && block.taps >= 0, "counts are not negative")
  require(block.sources != nil || block.taps == 1, "rows without sources have one tap")
  require(block.sources == nil || block.sourceStride >= block.rows, "the sources of two taps do not overlap")
  require(
    block.residual == nil || block.rows <= 1 || block.residualStride >= block.columns,
    "rows that are added do not overlap")
  var column = 0
  while column < block.columns {
    let count = min(block.columns - column, gemmPanelWidth)
    #if AVX512
      if isNarrowPanel(count) { return Kernels.multiply(block.columns(from: column)) }
    #endif
    multiplyPanel(block, column: column, count: count)
    column += gemmPanelWidth
  }
}

/// All rows by one panel, a part of the inner dimension after the other.
private func multiplyPanel(_ block: GemmBlock, column: Int, count: Int) {
  @inline(__always) func multiply(_ depth: TileDepth) {
    let part = PanelPart(block, depth, column: column, count: count)
    if count > Vector.scalarCount {
      multiplyRows(TileShapes<2, 1>(), block, depth, part, column: column, count: count)
    } else if block.isPaired {
      multiplyRows(TileShapes<1, 2>(), block, depth, part, column: column, count: count)
    } else {
      multiplyRows(TileShapes<1, 1>(), block, depth, part, column: column, count: count)
    }
  }
  if block.depth > depthLimit {
    // Parts of equal, even size of each tap.
    let parts = (block.depth + depthLimit - 1) / depthLimit
    let size = ((block.depth + parts - 1) / parts + 1) & ~1
    for tap in 0..<block.taps {
      for start in stride(from: 0, to: block.depth, by: size) {
        let end = min(start + size, block.depth)
        multiply(
          TileDepth(
            taps: tap..<tap + 1, channels: start..<end, isFirst: tap == 0 && start == 0,
            isLast: tap == block.taps - 1 && end == block.depth))
      }
    }
  } else {
    let parts = max((block.taps * block.depth + depthLimit - 1) / depthLimit, 1)
    let size = (block.taps + parts - 1) / parts
    var start = 0
    // Even without taps there is the bias.
    repeat {
      let end = min(start + size, block.taps)
      multiply(
        TileDepth(
          taps: start..<end, channels: 0..<block.depth, isFirst: start == 0, isLast: end == block.taps))
      start = end
    } while start < block.taps
  }
}

private struct TileShapes<let vectors: Int, let chains: Int> {}

/// All rows of a block by one panel, in tiles as equal as they can be: the full rate needs five rows.
@inline(__always)
private func multiplyRows<let vectors: Int, let chains: Int>(
  _ shapes: TileShapes<vectors, chains>, _ block: GemmBlock, _ depth: TileDepth, _ part: PanelPart,
  column: Int, count: Int
) {
  let isWhole = count == vectors * Vector.scalarCount
  let tiles = (block.rows + gemmTileRows - 1) / gemmTileRows
  let size = block.rows / max(tiles, 1)
  let larger = block.rows - tiles * size
  var row = 0
  for tile in 0..<tiles {
    let rows = tile < larger ? size + 1 : size
    let target = TileTarget(
      output: block.output + row * block.outputStride + column, outputStride: block.outputStride,
      residual: block.residual.map { $0 + row * block.residualStride + column },
      residualStride: block.residualStride)
    let ahead = part.ahead(of: tile)
    if isWhole {
      multiplyTile(shapes, rows, block, depth, row: row, panel: part.panel, ahead, target)
    } else {
      withNarrowTarget(target, depth, rows: rows, count: count) { target in
        multiplyTile(shapes, rows, block, depth, row: row, panel: part.panel, ahead, target)
      }
    }
    row += rows
  }
}

/// Chooses the tile for a number of rows.
@inline(never)
private func multiplyTile<let vectors: Int, let chains: Int>(
  _ shapes: TileShapes<vectors, chains>, _ rows: Int, _ block: GemmBlock, _ depth: TileDepth, row: Int,
  panel: UnsafePointer<Float>, _ ahead: TileAhead, _ target: TileTarget
) {
  @inline(__always) func multiply<let rows: Int>(_ shape: TileShape<rows, vectors, chains>) {
    multiplyTile(shape, block, depth, row: row, panel: panel, ahead, target)
  }
  switch rows {
  #if AVX512
    case 8: multiply(TileShape<8, vectors, chains>())
    case 7: multiply(TileShape<7, vectors, chains>())
  #endif
  case 6: multiply(TileShape<6, vectors, chains>())
  case 5: multiply(TileShape<5, vectors, chains>())
  case 4: multiply(TileShape<4, vectors, chains>())
  case 3: multiply(TileShape<3, vectors, chains>())
  case 2: multiply(TileShape<2, vectors, chains>())
  default: multiply(TileShape<1, vectors, chains>())
  }
}

/// Lets a tile whose last vector is not whole work in memory of its own, and copies what exists.
@inline(never)
private func withNarrowTarget(
  _ target: TileTarget, _ depth: TileDepth, rows: Int, count: Int, _ body: (TileTarget) -> Void
) {
  // Eight rows of two AVX-512 registers.
  var memory = (InlineArray<256, Float>(repeating: 0), InlineArray<256, Float>(repeating: 0))
  withUnsafeMutableBytes(of: &memory) { bytes in
    guard let output = bytes.baseAddress?.assumingMemoryBound(to: Float.self) else { return }
    let residual = output + 256
    if !depth.isFirst {
      copyRows(target.output, target.outputStride, to: output, gemmPanelWidth, rows: rows, columns: count)
    }
    if depth.isLast, let source = target.residual {
      copyRows(source, target.residualStride, to: residual, gemmPanelWidth, rows: rows, columns: count)
    }
    body(
      TileTarget(
        output: output, outputStride: gemmPanelWidth,
        residual: target.residual == nil ? nil : UnsafePointer(residual), residualStride: gemmPanelWidth))
    copyRows(output, gemmPanelWidth, to: target.output, target.outputStride, rows: rows, columns: count)
  }
}

@inline(__always)
private func copyRows(
  _ source: UnsafePointer<Float>, _ sourceStride: Int, to target: UnsafeMutablePointer<Float>,
  _ targetStride: Int, rows: Int, columns: Int
) {
  for row in 0..<rows {
    let source = UnsafeRawPointer(source + row * sourceStride)
    let target = UnsafeMutableRawPointer(target + row * targetStride)
    var column = 0
    while column + 8 <= columns {
      target.storeBytes(
        of: source.loadUnaligned(fromByteOffset: column * 4, as: SIMD8<Float>.self), toByteOffset: column * 4,
        as: SIMD8<Float>.self)
      column += 8
    }
    while column < columns {
      target.storeBytes(
        of: source.loadUnaligned(fromByteOffset: column * 4, as: Float.self), toByteOffset: column * 4,
        as: Float.self)
      column += 1
    }
  }
}

extension GemmBlock {
  @inline(__always)
  func source(tap: Int, row: Int) -> UnsafePointer<Float> {
    if let sources { return sources[tap * sourceStride + row] }
    return left + row * leftStride
  }

  @inline(__always)
  var isBounded: Bool { low > -.infinity || high < .infinity }
}
