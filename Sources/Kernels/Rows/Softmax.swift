/// `exp(x) / sum(exp(x))` of every row.
public func softmaxRows(
  input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
  rows: Int, columns: Int
) {
  requireRows(rows, columns: columns, outputStride: outputStride)
  for row in 0..<rows {
    let source = input + row * inputStride
    let target = output + row * outputStride
    let sum = exponentials(source, target, columns, reduceRun(.max, source, count: columns))
    affineRun(input: target, output: target, count: columns, scale: 1 / sum, offset: 0)
  }
}

/// `x - log(sum(exp(x)))` of every row.
public func logSoftmaxRows(
  input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
  rows: Int, columns: Int
) {
  requireRows(rows, columns: columns, outputStride: outputStride)
  for row in 0..<rows {
    let source = input + row * inputStride
    let shift = logSumExp(source, count: columns)
    affineRun(input: source, output: output + row * outputStride, count: columns, scale: 1, offset: -shift)
  }
}

/// `log(sum(exp(x)))` of a run of values.
public func logSumExp(_ input: UnsafePointer<Float>, count: Int) -> Float {
  let largest = reduceRun(.max, input, count: count)
  if largest.isInfinite { return largest }
  var sums = Vector(repeating: 0)
  var index = 0
  while index < count {
    let lanes = min(8, count - index)
    let values = Vector.load(input + index, count: lanes, filler: -.infinity)
    sums += exp(values - largest)
    index += lanes
  }
  return largest + log(Vector(repeating: sums.sum()))[0]
}

/// Writes `exp(x - largest)` and returns the sum.
private func exponentials(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int, _ largest: Float
) -> Float {
  var sums = Vector(repeating: 0)
  var index = 0
  while index + 8 <= count {
    let values = exp(Vector.load(input + index) - largest)
    values.store(output + index)
    sums += values
    index += 8
  }
  if index < count {
    let values = exp(Vector.load(input + index, count: count - index, filler: -.infinity) - largest)
    values.store(output + index, count: count - index)
    sums += values
  }
  return sums.sum()
}

/// Keras' sparsemax of every row: values less a threshold, cut off at 0.
///
/// The support is that of the projection onto the simplex (Martins and Astudillo, 2016), found without
/// sorting: values below the threshold are left out until none is (Michelot, 1986). The threshold is
/// Keras': the sum of all running sums of the support, largest value first, where the paper has the last
/// running sum alone.
public func sparsemaxRows(
  input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
  rows: Int, columns: Int
) {
  requireRows(rows, columns: columns, outputStride: outputStride)
  for row in 0..<rows {
    let source = input + row * inputStride
    let target = output + row * outputStride
    // Relative to the largest value, sums lose nothing to a common offset.
    let largest = reduceRun(.max, source, count: columns)
    var bound = -Float.infinity
    var support = columns + 1
    while true {
      var sum: Float = 0
      var count = 0
      for index in 0..<columns where source[index] - largest > bound {
        sum += source[index] - largest
        count += 1
      }
      if count == support || count == 0 { break }
      support = count
      bound = (sum - 1) / Float(count)
    }
    var sum: Float = 0
    for index in 0..<columns where source[index] - largest > bound {
      // A value is in the running sums of all that are not before it.
      var before = 0
      for other in 0..<columns
      where source[other] > source[index] || source[other] == source[index] && other < index {
        before += 1
      }
      sum += source[index] * Float(support - before)
    }
    let threshold = (sum - 1) / Float(support)
    for index in 0..<columns { target[index] = max(source[index] - threshold, 0) }
  }
}
