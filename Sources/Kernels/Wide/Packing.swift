#if AVX512
  import Kernels
#endif

import CPrefetch

/// Values that the packed panels of a matrix take: each panel holds a row of bias, then its rows of
/// weights.
public func packedCount(inner: Int, columns: Int) -> Int {
  let whole = columns / gemmPanelWidth
  let rest = columns % gemmPanelWidth
  #if AVX512
    if isNarrowPanel(rest) {
      return (inner + 1) * whole * gemmPanelWidth + Kernels.packedCount(inner: inner, columns: rest)
    }
  #endif
  let vectors = (rest + Vector.scalarCount - 1) / Vector.scalarCount
  return (inner + 1) * (whole * gemmPanelWidth + vectors * Vector.scalarCount)
}

#if AVX512
  /// Whether a panel of so few columns takes less work, and less memory, in registers of half the size: it is packed
  /// for the kernels of `Kernels`, and left to them.
  public func isNarrowPanel(_ columns: Int) -> Bool {
    (1...8).contains(columns) || (17...24).contains(columns)
  }
#endif

/// Packs a run of rows of one panel.
/// - Parameters:
///   - weights: the value of the run's first row and the panel's first column.
///   - rowStride: values from one row (of the inner dimension) to the next.
///   - columnStride: values from one column to the next.
///   - columns: how many columns the panel has, 1 to ``gemmPanelWidth``; the packed rest is zero.
///   - scale: factors of the columns; nil: 1.
///   - panel: where the run's first row goes: panel rows are one or two whole vectors.
public func packPanelRows(
  _ weights: UnsafePointer<Float>, rows: Int, rowStride: Int, columnStride: Int, columns: Int,
  scale: UnsafePointer<Float>?, into panel: UnsafeMutablePointer<Float>
) {
  require(rows >= 0, "counts are not negative")
  require((1...gemmPanelWidth).contains(columns), "a panel has columns, and no more than its width")
  if columns == gemmPanelWidth && columnStride == 1 {
    let low = scale.map { Vector.load($0) } ?? Vector(repeating: 1)
    let high = scale.map { Vector.load($0 + Vector.scalarCount) } ?? Vector(repeating: 1)
    for row in 0..<rows {
      let source = weights + row * rowStride
      let target = panel + row * gemmPanelWidth
      // Rows lie too far apart for the processor to see that they come one after another.
      thimble_prefetch(source + 24 * rowStride)
      (Vector.load(source) * low).store(target)
      (Vector.load(source + Vector.scalarCount) * high).store(target + Vector.scalarCount)
    }
    return
  }
  let width = packedWidth(columns)
  for row in 0..<rows {
    for column in 0..<width {
      panel[row * width + column] =
        column < columns ? weights[row * rowStride + column * columnStride] * (scale?[column] ?? 1) : 0
    }
  }
}

/// Writes the first row of a panel.
/// - Parameter bias: of the panel's first column; nil: zeros.
public func packPanelBias(
  _ bias: UnsafePointer<Float>?, columns: Int, into panel: UnsafeMutablePointer<Float>
) {
  require((1...gemmPanelWidth).contains(columns), "a panel has columns, and no more than its width")
  for column in 0..<packedWidth(columns) {
    panel[column] = column < columns ? bias?[column] ?? 0 : 0
  }
}

/// Values of a packed row of a panel.
public func packedWidth(_ columns: Int) -> Int {
  (columns + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount
}
