#if AVX512
  import Kernels
#endif

import CPrefetch

// The register tile of the matrix product: a few rows of the left factor times one panel of weights.

/// Names a tile's size for the compiler: `rows` x (`vectors` x 8 columns), and how many sums run side by
/// side for each value, so that additions do not wait for one another.
struct TileShape<let rows: Int, let vectors: Int, let chains: Int> {}

/// The part of the inner dimension that a tile works through: taps of channels, as ``GemmBlock`` has them.
struct TileDepth {
  var taps: Range<Int>
  var channels: Range<Int>
  /// Whether the sums start from the bias (else from what the output holds).
  var isFirst: Bool
  /// Whether the residual and the bounds are applied.
  var isLast: Bool
}

/// Memory that a tile asks for while it works, because the tiles after it will read it.
struct TileAhead {
  var address: UnsafePointer<Float>
  /// Values from one cache line asked for to the next.
  var step: Int
}

/// Where a tile's results go, in whole vectors, and what is added to them.
struct TileTarget {
  var output: UnsafeMutablePointer<Float>
  var outputStride: Int
  var residual: UnsafePointer<Float>?
  var residualStride: Int
}

/// `output = rows x panel` for the tile that starts at a row of the block.
/// - Parameter panel: the whole panel: bias, then one row of weights for each value of the inner dimension.
@inline(__always)
func multiplyTile<let rows: Int, let vectors: Int, let chains: Int>(
  _ shape: TileShape<rows, vectors, chains>, _ block: GemmBlock, _ depth: TileDepth, row: Int,
  panel: UnsafePointer<Float>, _ ahead: TileAhead, _ target: TileTarget
) {
  typealias Columns = InlineArray<vectors, Vector>
  typealias Tile = InlineArray<rows, Columns>
  var sums: Tile
  if depth.isFirst {
    let bias = Columns { Vector.load(panel + $0 * Vector.scalarCount) }
    sums = Tile(repeating: bias)
  } else {
    sums = Tile { row in
      Columns { Vector.load(target.output + row * target.outputStride + $0 * Vector.scalarCount) }
    }
  }
  var others = Tile(repeating: Columns(repeating: Vector(repeating: 0)))
  if depth.isLast, let residual = target.residual {
    // It comes while the products are summed.
    for row in 0..<rows {
      let addend = residual + row * target.residualStride
      for vector in 0..<vectors { thimble_prefetch(addend + vector * Vector.scalarCount) }
    }
  }

  let width = vectors * Vector.scalarCount
  let count = depth.channels.count
  let skipped = (block.depth - count) * width
  var weights = panel + (1 + depth.taps.lowerBound * block.depth + depth.channels.lowerBound) * width
  var next = ahead.address
  for tap in depth.taps {
    let sources = InlineArray<rows, UnsafePointer<Float>> { index in
      block.source(tap: tap, row: row + index) + depth.channels.lowerBound
    }
    var channel = 0
    while channel + 1 < count {
      addProducts(&sums, sources, channel, weights)
      if chains == 2 {
        addProducts(&others, sources, channel + 1, weights + width)
      } else {
        addProducts(&sums, sources, channel + 1, weights + width)
      }
      thimble_prefetch(next)
      next += ahead.step
      weights += 2 * width
      channel += 2
    }
    if channel < count {
      addProducts(&sums, sources, channel, weights)
      weights += width
    }
    weights += skipped
  }

  if chains == 2 {
    for row in 0..<rows {
      for vector in 0..<vectors { sums[row][vector] += others[row][vector] }
    }
  }
  if depth.isLast {
    if let residual = target.residual {
      for row in 0..<rows {
        let addend = residual + row * target.residualStride
        for vector in 0..<vectors { sums[row][vector] += Vector.load(addend + vector * Vector.scalarCount) }
      }
    }
    if block.isBounded {
      let low = Vector(repeating: block.low)
      let high = Vector(repeating: block.high)
      for row in 0..<rows {
        for vector in 0..<vectors { sums[row][vector] = bounded(sums[row][vector], low, high) }
      }
    }
  }
  for row in 0..<rows {
    for vector in 0..<vectors {
      sums[row][vector].store(target.output + row * target.outputStride + vector * Vector.scalarCount)
    }
  }
}

/// One step along the inner dimension.
@inline(__always)
private func addProducts<let rows: Int, let vectors: Int>(
  _ sums: inout InlineArray<rows, InlineArray<vectors, Vector>>,
  _ sources: InlineArray<rows, UnsafePointer<Float>>, _ channel: Int, _ weights: UnsafePointer<Float>
) {
  let columns = InlineArray<vectors, Vector> { Vector.load(weights + $0 * Vector.scalarCount) }
  for row in 0..<rows {
    let value = Vector(repeating: sources[row][channel])
    for vector in 0..<vectors {
      sums[row][vector] = inOrder(sums[row][vector].addingProduct(value, columns[vector]))
    }
  }
}

/// Left to itself the compiler adds up one vector of all rows before the next, which takes more registers than
/// AVX2 has: a third of the speed.
@_transparent
private func inOrder(_ x: Vector) -> Vector {
  #if arch(x86_64) && !AVX512
    thimble_in_order(x)
  #else
    x
  #endif
}

/// `min(max(x, low), high)`; NaN stays.
@_transparent
func bounded(_ x: Vector, _ low: Vector, _ high: Vector) -> Vector {
  let raised = x.replacing(with: low, where: x .< low)
  return raised.replacing(with: high, where: raised .> high)
}
