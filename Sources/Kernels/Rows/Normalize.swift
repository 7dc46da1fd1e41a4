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
  requireRows(rows, columns: columns, outputStride: outputStride)
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

/// Sets every channel of a group to the mean of the group's channels' sums.
/// - Parameters:
///   - sums: one value a channel.
///   - channels: channels of a group.
///   - count: how many values were summed for a group.
public func groupMeans(
  sums: UnsafePointer<Float>, means: UnsafeMutablePointer<Float>, groups: Int, channels: Int, count: Float
) {
  for group in 0..<groups {
    let mean = reduceRun(.sum, sums + group * channels, count: channels) / count
    for channel in group * channels..<(group + 1) * channels { means[channel] = mean }
  }
}

/// Turns means and variances, a channel each, into what normalises: `x * scale + offset`, gamma and beta
/// included.
/// - Parameters:
///   - scale: the variances, replaced.
///   - offset: the means, replaced.
public func normalizationScales(
  scale: UnsafeMutablePointer<Float>, offset: UnsafeMutablePointer<Float>, channels: Int, epsilon: Float,
  gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>
) {
  for channel in 0..<channels {
    scale[channel] = gamma[channel] / (scale[channel] + epsilon).squareRoot()
    offset[channel] = beta[channel] - offset[channel] * scale[channel]
  }
}
