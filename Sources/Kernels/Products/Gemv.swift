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
  require(inner >= 0 && columns >= 0, "counts are not negative")
  require(inner <= 1 || rowStride >= columns, "columns lie within their rows of weights")
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
  // One loop for each: in a common one what is missing would be read under a mask at address 0, which is slow.
  switch (scale, bias) {
  case (let scale?, let bias?):
    for column in 0..<columns { output[column] = bias[column].addingProduct(output[column], scale[column]) }
  case (let scale?, nil): for column in 0..<columns { output[column] *= scale[column] }
  case (nil, let bias?): for column in 0..<columns { output[column] += bias[column] }
  case (nil, nil): break
  }
  if let residual { for column in 0..<columns { output[column] += residual[column] } }
  for column in 0..<columns {
    let raised = output[column] < bounds.low ? bounds.low : output[column]
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
