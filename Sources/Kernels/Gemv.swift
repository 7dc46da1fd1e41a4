import CPrefetch

/// Runs of rows of weights that are read side by side.
private let streams = 8

/// `output = (input x weights) * scale + bias + residual` for one row of input;
/// weights are read once, as they lie in the file.
/// - Parameters:
///   - weights: `inner` rows, `rowStride` apart, from the first column of interest on.
///   - scale: factors of the columns; nil: 1.
///   - bias: nil: zeros.
///   - residual: added; nil: nothing.
///   - bounds: the results are kept within.
public func multiplyVector(
  _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>, rowStride: Int, inner: Int, columns: Int,
  scale: UnsafePointer<Float>?, bias: UnsafePointer<Float>?,
  residual: UnsafePointer<Float>?, bounds: (low: Float, high: Float), output: UnsafeMutablePointer<Float>
) {
  output.update(repeating: 0, count: columns)
  // Rows far apart, so that each is a long run of memory.
  let run = inner / streams
  for row in 0..<run {
    addRows(
      InlineArray<8, Float> { input[$0 * run + row] }, weights + row * rowStride, run * rowStride, columns,
      output)
  }
  for row in run * streams..<inner {
    addRows(
      InlineArray<1, Float>(repeating: input[row]), weights + row * rowStride, 0, columns, output)
  }
  for column in 0..<columns {
    let sum =
      (bias?[column] ?? 0).addingProduct(output[column], scale?[column] ?? 1) + (residual?[column] ?? 0)
    let raised = sum < bounds.low ? bounds.low : sum
    output[column] = raised > bounds.high ? bounds.high : raised
  }
}

/// `output += factors x rows of weights`, the rows `next` values apart.
@inline(__always)
private func addRows<let rows: Int>(
  _ factors: InlineArray<rows, Float>, _ weights: UnsafePointer<Float>, _ next: Int, _ columns: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  var column = 0
  while column + Vector.scalarCount <= columns {
    var sum = Vector.load(output + column)
    for row in 0..<rows {
      // Memory is the bottleneck, and it likes to be asked early.
      thimble_prefetch(weights + row * next + column + 256)
      sum = sum.addingProduct(
        Vector.load(weights + row * next + column), Vector(repeating: factors[row]))
    }
    sum.store(output + column)
    column += Vector.scalarCount
  }
  while column < columns {
    for row in 0..<rows {
      output[column] = output[column].addingProduct(weights[row * next + column], factors[row])
    }
    column += 1
  }
}
