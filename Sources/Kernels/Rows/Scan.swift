/// Running sums or products along the middle axis of `[outer, count, inner]`, for one index of the outer axis.
/// - Parameters:
///   - multiplies: products in the place of sums.
///   - inputStride: values from one element of the middle axis to the next.
public func accumulate(
  multiplies: Bool, input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>,
  outputStride: Int, count: Int, inner: Int
) {
  requireRows(count, columns: inner, outputStride: outputStride)
  require(count <= 1 || inputStride >= inner, "values lie within their rows")
  for column in 0..<inner {
    var result: Float = multiplies ? 1 : 0
    for index in 0..<count {
      let value = input[index * inputStride + column]
      result = multiplies ? result * value : result + value
      output[index * outputStride + column] = result
    }
  }
}

/// The index of the largest (or smallest) of `count` values that lie `stride` apart; the first on ties,
/// and the first NaN if there is one.
public func indexOfExtremum(
  _ input: UnsafePointer<Float>, stride: Int, count: Int, largest: Bool
) -> Int {
  require(count > 0, "there is a value")
  var best = 0
  for index in 0..<count {
    let value = input[index * stride]
    if value.isNaN { return index }
    let leader = input[best * stride]
    if largest ? value > leader : value < leader { best = index }
  }
  return best
}
