/// Columns of one packed panel: two vectors, so that six rows of sums fill the registers.
public let gemmPanelWidth = 2 * Vector.scalarCount

/// Rows of the largest register tile.
public let gemmTileRows = 6

/// One block of a matrix product `output = left x weights + bias (+ residual)`, bounded.
///
/// The inner dimension is `taps` runs of `depth` values: one run for a plain product; for a convolution
/// one for each place of the window, each row of which may lie anywhere (the sources).
public struct GemmBlock {
  /// Where the runs of the left factor start: `sources[tap * sourceStride + row]`. nil: at
  /// `left + row * leftStride`, and there is one tap.
  public var sources: UnsafePointer<UnsafePointer<Float>>?
  public var sourceStride = 0
  public var left: UnsafePointer<Float>
  public var leftStride = 0
  public var rows: Int
  public var taps = 1
  public var depth: Int
  /// Whether narrow panels sum even and odd values of a tap apart. Set by the initializer for even depths;
  /// stays when taps are joined afterwards, so that the sums do not depend on it.
  public var isPaired: Bool
  /// Packed by ``packPanel``, the first panel of this block's columns.
  public var panels: UnsafePointer<Float>
  public var columns: Int
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  /// Added to the product: rows like the output's; may not overlap the output.
  public var residual: UnsafePointer<Float>?
  public var residualStride = 0
  /// Results are kept within these bounds.
  public var low: Float = -.infinity
  public var high: Float = .infinity

  public init(
    left: UnsafePointer<Float>, leftStride: Int, rows: Int, depth: Int, panels: UnsafePointer<Float>,
    columns: Int, output: UnsafeMutablePointer<Float>, outputStride: Int
  ) {
    self.left = left
    self.leftStride = leftStride
    self.rows = rows
    self.depth = depth
    isPaired = depth % 2 == 0
    self.panels = panels
    self.columns = columns
    self.output = output
    self.outputStride = outputStride
  }

  @inline(__always)
  func source(tap: Int, row: Int) -> UnsafePointer<Float> {
    if let sources { return sources[tap * sourceStride + row] }
    return left + row * leftStride
  }

  @inline(__always)
  var isBounded: Bool { low > -.infinity || high < .infinity }
}

/// Values of the inner dimension that are worked through at a time, so that their part of a panel stays
/// in the first-level cache while all rows of the block pass by.
private let depthLimit = 384

/// Computes a block. Every value is summed in the same order whatever the block's size, so that results
/// do not depend on how a product is cut into blocks.
public func multiply(_ block: GemmBlock) {
  let inner = block.taps * block.depth
  if block.depth > depthLimit {
    // Parts of equal, even size of each tap.
    let parts = (block.depth + depthLimit - 1) / depthLimit
    let size = ((block.depth + parts - 1) / parts + 1) & ~1
    for tap in 0..<block.taps {
      for start in stride(from: 0, to: block.depth, by: size) {
        let end = min(start + size, block.depth)
        multiplyPanels(
          block,
          TileDepth(
            taps: tap..<tap + 1, channels: start..<end, isFirst: tap == 0 && start == 0,
            isLast: tap == block.taps - 1 && end == block.depth))
      }
    }
  } else {
    let parts = max((inner + depthLimit - 1) / depthLimit, 1)
    let size = (block.taps + parts - 1) / parts
    var start = 0
    // Even without taps there is the bias.
    repeat {
      let end = min(start + size, block.taps)
      multiplyPanels(
        block,
        TileDepth(
          taps: start..<end, channels: 0..<block.depth, isFirst: start == 0, isLast: end == block.taps))
      start = end
    } while start < block.taps
  }
}

private func multiplyPanels(_ block: GemmBlock, _ depth: TileDepth) {
  let inner = block.taps * block.depth
  var panel = block.panels
  var column = 0
  while column < block.columns {
    let count = min(block.columns - column, gemmPanelWidth)
    if count > Vector.scalarCount {
      multiplyRows(TileShapes<2, 1>(), block, depth, column: column, panel: panel, count: count)
    } else {
      if block.isPaired {
        multiplyRows(TileShapes<1, 2>(), block, depth, column: column, panel: panel, count: count)
      } else {
        multiplyRows(TileShapes<1, 1>(), block, depth, column: column, panel: panel, count: count)
      }
    }
    panel += (inner + 1) * gemmPanelWidth
    column += gemmPanelWidth
  }
}

private struct TileShapes<let vectors: Int, let chains: Int> {}

/// All rows of a block by one panel, in tiles as equal as they can be: the full rate needs five rows.
@inline(__always)
private func multiplyRows<let vectors: Int, let chains: Int>(
  _ shapes: TileShapes<vectors, chains>, _ block: GemmBlock, _ depth: TileDepth, column: Int,
  panel: UnsafePointer<Float>, count: Int
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
    if isWhole {
      multiplyTile(shapes, rows, block, depth, row: row, panel: panel, target)
    } else {
      withNarrowTarget(target, depth, rows: rows, count: count) { target in
        multiplyTile(shapes, rows, block, depth, row: row, panel: panel, target)
      }
    }
    row += rows
  }
}

/// Chooses the tile for a number of rows.
@inline(never)
private func multiplyTile<let vectors: Int, let chains: Int>(
  _ shapes: TileShapes<vectors, chains>, _ rows: Int, _ block: GemmBlock, _ depth: TileDepth, row: Int,
  panel: UnsafePointer<Float>, _ target: TileTarget
) {
  @inline(__always) func multiply<let rows: Int>(_ shape: TileShape<rows, vectors, chains>) {
    multiplyTile(shape, block, depth, row: row, panel: panel, target)
  }
  switch rows {
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
  let size = gemmTileRows * gemmPanelWidth
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * size) { memory in
    guard let output = memory.baseAddress else { return }
    memory.update(repeating: 0)
    for row in 0..<rows {
      for column in 0..<count {
        if !depth.isFirst {
          output[row * gemmPanelWidth + column] = target.output[row * target.outputStride + column]
        }
        if let residual = target.residual {
          output[size + row * gemmPanelWidth + column] = residual[row * target.residualStride + column]
        }
      }
    }
    body(
      TileTarget(
        output: output, outputStride: gemmPanelWidth,
        residual: target.residual == nil ? nil : UnsafePointer(output + size),
        residualStride: gemmPanelWidth))
    for row in 0..<rows {
      for column in 0..<count {
        target.output[row * target.outputStride + column] = output[row * gemmPanelWidth + column]
      }
    }
  }
}
