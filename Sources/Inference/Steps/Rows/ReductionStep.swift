import Glibc
import Kernels

/// Reduces the middle axis of `[outer, count, inner]`, or the last of `[outer, count]`.
struct ReductionStep: RangeStep {
  let name: String
  let reduction: Reduction
  let input: Operand
  let output: Operand

  private var outer: Int { input.shape[0] }
  private var count: Int { input.shape[1] }
  private var inner: Int? { input.shape.count == 3 ? input.shape[2] : nil }

  var kernel: String { inner == nil ? reduction.rawValue + " of rows" : reduction.rawValue + " of columns" }
  var flops: Double { Double(input.count) }
  var bytes: Int { 4 * (input.count + output.count) }
  /// The means of columns, for variances.
  var scratch: Int { inner.map { outer * $0 } ?? 0 }

  /// Columns are split, never the sums themselves.
  private func columnRanges(_ inner: Int) -> Ranges { Ranges(count: inner, grain: 128) }

  /// Of rows, or of groups of columns.
  var ranges: Ranges {
    guard let inner else { return Ranges(rows: outer, columns: count) }
    return Ranges(count: outer * columnRanges(inner).parts, grain: 1)
  }

  func run(_ context: RunContext, _ range: Range<Int>) {
    let source = context.pointer(input)
    let target = context.pointer(output)
    guard let inner else {
      let stride = output.shape.count == 1 ? 1 : output.rowStride
      for row in range { target[row * stride] = reduced(source + row * input.rowStride) }
      return
    }
    let columns = columnRanges(inner)
    for group in range {
      let index = group / columns.parts
      reduceColumns(
        source + index * count * input.rowStride, columns.range(of: group % columns.parts),
        target + index * output.rowStride, context.scratch + index * inner)
    }
  }

  private func reduced(_ values: UnsafePointer<Float>) -> Float {
    let size = Float(count)
    switch reduction {
    case .sum: return reduceRun(.sum, values, count: count)
    case .mean: return reduceRun(.sum, values, count: count) / size
    case .max: return reduceRun(.max, values, count: count)
    case .min: return reduceRun(.min, values, count: count)
    case .product: return reduceRun(.product, values, count: count)
    case .variance:
      let mean = reduceRun(.sum, values, count: count) / size
      return reduceRun(.sumOfSquares, values, count: count, center: mean) / size
    case .l2Norm: return reduceRun(.sumOfSquares, values, count: count).squareRoot()
    case .any: return reduceRun(.any, values, count: count)
    case .all: return reduceRun(.all, values, count: count)
    case .logSumExp: return logSumExp(values, count: count)
    }
  }

  /// - Parameters:
  ///   - base: the first of the rows to reduce.
  ///   - means: scratch, one value a column.
  private func reduceColumns(
    _ base: UnsafePointer<Float>, _ columns: Range<Int>, _ target: UnsafeMutablePointer<Float>,
    _ means: UnsafeMutablePointer<Float>
  ) {
    func reduce(_ function: ReductionFunction, to target: UnsafeMutablePointer<Float>) {
      reduceRows(
        function, input: base, rows: count, rowStride: input.rowStride, columns: columns, output: target)
    }
    func scale(_ factor: Float, _ target: UnsafeMutablePointer<Float>) {
      for column in columns { target[column] *= factor }
    }
    switch reduction {
    case .sum: reduce(.sum, to: target)
    case .mean:
      reduce(.sum, to: target)
      for column in columns { target[column] /= Float(count) }
    case .max: reduce(.max, to: target)
    case .min: reduce(.min, to: target)
    case .product: reduce(.product, to: target)
    case .variance:
      reduce(.sum, to: means)
      for column in columns { means[column] /= Float(count) }
      reduceRows(
        .sumOfSquares, input: base, rows: count, rowStride: input.rowStride, columns: columns,
        center: means, output: target)
      for column in columns { target[column] /= Float(count) }
    case .l2Norm:
      reduceRows(
        .sumOfSquares, input: base, rows: count, rowStride: input.rowStride, columns: columns,
        output: target)
      for column in columns { target[column] = target[column].squareRoot() }
    case .any: reduce(.any, to: target)
    case .all: reduce(.all, to: target)
    case .logSumExp:
      reduce(.max, to: target)
      for column in columns where target[column].isFinite {
        var sum: Float = 0
        for row in 0..<count { sum += expf(base[row * input.rowStride + column] - target[column]) }
        target[column] += logf(sum)
      }
    }
  }
}

/// The index of the largest or smallest value along the middle axis of `[outer, count, inner]`, or the
/// last of `[outer, count]`.
struct ArgumentStep: RangeStep {
  let name: String
  let extremum: Extremum
  let input: Operand
  let output: Operand

  var kernel: String { extremum == .max ? "argmax" : "argmin" }
  var flops: Double { Double(input.count) }
  var bytes: Int { 4 * (input.count + output.count) }
  var scratch: Int { 0 }

  var ranges: Ranges { Ranges(rows: input.shape[0], columns: input.count / input.shape[0]) }

  func run(_ context: RunContext, _ range: Range<Int>) {
    let source = context.pointer(input)
    let target = context.pointer(output)
    let isLast = input.shape.count == 2
    let count = input.shape[1]
    let inner = isLast ? 1 : input.shape[2]
    let outputStride = isLast ? 1 : output.rowStride
    for outer in range {
      for column in 0..<inner {
        let first = isLast ? outer * input.rowStride : outer * count * input.rowStride + column
        let index = indexOfExtremum(
          source + first, stride: isLast ? 1 : input.rowStride, count: count, largest: extremum == .max)
        target[outer * outputStride + column] = Float(index)
      }
    }
  }
}

/// Running sums or products along the middle axis of `[outer, count, inner]`, or the last of `[outer, count]`.
struct CumulativeStep: RangeStep {
  let name: String
  let multiplies: Bool
  let input: Operand
  let output: Operand

  var kernel: String { multiplies ? "cumulative product" : "cumulative sum" }
  var flops: Double { Double(input.count) }
  var bytes: Int { 8 * input.count }
  var scratch: Int { 0 }

  var ranges: Ranges { Ranges(rows: input.shape[0], columns: input.count / input.shape[0]) }

  func run(_ context: RunContext, _ range: Range<Int>) {
    let source = context.pointer(input)
    let target = context.pointer(output)
    let isLast = input.shape.count == 2
    let count = input.shape[1]
    let rowsPerPart = isLast ? 1 : count
    for outer in range {
      accumulate(
        multiplies: multiplies, input: source + outer * rowsPerPart * input.rowStride,
        inputStride: isLast ? 1 : input.rowStride,
        output: target + outer * rowsPerPart * output.rowStride,
        outputStride: isLast ? 1 : output.rowStride, count: count, inner: isLast ? 1 : input.shape[2])
    }
  }
}
