/// What a normalisation divides by, and whether the mean is taken off first.
public enum NormalizationFunction: Sendable {
  /// `(x - mean) / sqrt(variance + epsilon)`
  case layer
  /// `x / sqrt(mean(x^2) + epsilon)`
  case rms
  /// `x / sqrt(max(sum(x^2), epsilon))`
  case unit
}

/// Normalises every row, then multiplies with gamma and adds beta, one value a column each.
public func normalizeRows(
  _ function: NormalizationFunction, input: UnsafePointer<Float>, inputStride: Int,
  output: UnsafeMutablePointer<Float>, outputStride: Int, rows: Int, columns: Int, epsilon: Float,
  gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>
) {
  let count = Float(columns)
  for row in 0..<rows {
    let source = input + row * inputStride
    let target = output + row * outputStride
    var mean: Float = 0
    if case .layer = function { mean = reduceRun(.sum, source, count: columns) / count }
    let squares = reduceRun(.sumOfSquares, source, count: columns, center: mean)
    let scale: Float
    switch function {
    case .layer, .rms: scale = 1 / (squares / count + epsilon).squareRoot()
    case .unit: scale = 1 / max(squares, epsilon).squareRoot()
    }
    var column = 0
    while column + 8 <= columns {
      let centered = (Vector.load(source + column) - mean) * scale
      Vector.load(beta + column).addingProduct(centered, Vector.load(gamma + column)).store(target + column)
      column += 8
    }
    while column < columns {
      target[column] = beta[column].addingProduct((source[column] - mean) * scale, gamma[column])
      column += 1
    }
  }
}

/// The scale and the offset, a channel each, that normalise one group of channels over all rows of a
/// sample: `x * scale + offset`, gamma and beta included.
/// - Parameters:
///   - input: the group's first channel in the sample's first row.
///   - channels: channels of the group.
public func groupStatistics(
  input: UnsafePointer<Float>, rows: Int, rowStride: Int, channels: Int, epsilon: Float,
  gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>, scale: UnsafeMutablePointer<Float>,
  offset: UnsafeMutablePointer<Float>
) {
  let count = Float(rows * channels)
  // `scale` holds column sums until the end.
  reduceRows(.sum, input: input, rows: rows, rowStride: rowStride, columns: 0..<channels, output: scale)
  let mean = reduceRun(.sum, scale, count: channels) / count
  for channel in 0..<channels { offset[channel] = mean }
  reduceRows(
    .sumOfSquares, input: input, rows: rows, rowStride: rowStride, columns: 0..<channels, center: offset,
    output: scale)
  let variance = reduceRun(.sum, scale, count: channels) / count
  let inverse = 1 / (variance + epsilon).squareRoot()
  for channel in 0..<channels {
    scale[channel] = inverse * gamma[channel]
    offset[channel] = beta[channel] - mean * scale[channel]
  }
}
