/// One axis of a ``gather(_:rank:rows:input:output:filler:)``: where its elements lie in the input and
/// in the output.
public struct GatherAxis {
  /// Elements of the result along the axis.
  public var count: Int
  /// Values from one element to the next in the input, where ``table`` is nil.
  public var inputStride: Int
  /// Values from one element to the next in the output.
  public var outputStride: Int
  /// Where each element lies in the input; negative: nowhere, it is filled. Takes precedence over
  /// ``inputStride``.
  public var table: UnsafePointer<Int32>?

  public init(count: Int, inputStride: Int, outputStride: Int, table: UnsafePointer<Int32>?) {
    self.count = count
    self.inputStride = inputStride
    self.outputStride = outputStride
    self.table = table
  }
}

/// Moves values: `output[Σ outputStride * i] = input[Σ position(i)]` over all axes, which covers slices,
/// transposes, borders, repetitions and the like.
/// - Parameters:
///   - axes: outermost first.
///   - rank: how many axes, at least 1.
///   - rows: which of the rows to do; a row is an index into all axes but the last, taken together.
///   - filler: the value where a table says "nowhere".
public func gather(
  _ axes: UnsafePointer<GatherAxis>, rank: Int, rows: Range<Int>, input: UnsafePointer<Float>,
  output: UnsafeMutablePointer<Float>, filler: Float
) {
  require(rank > 0 && rows.lowerBound >= 0, "there is an axis, and rows are counted from 0")
  let last = axes[rank - 1]
  let isRun = last.table == nil && last.inputStride == 1 && last.outputStride == 1
  var row = rows.lowerBound
  while row < rows.upperBound {
    var remaining = row
    var source = 0
    var target = 0
    var isFilled = false
    var index = rank - 2
    while index >= 0 {
      let axis = axes[index]
      let position = remaining % axis.count
      remaining /= axis.count
      target += position * axis.outputStride
      if let table = axis.table {
        if table[position] < 0 { isFilled = true }
        source += Int(table[position])
      } else {
        source += position * axis.inputStride
      }
      index -= 1
    }
    // Rows that follow each other in the input and in the output are moved as one.
    var run = last
    var length = 1
    if rank > 1 && isRun && axes[rank - 2].outputStride == last.count, let table = axes[rank - 2].table {
      let position = row % axes[rank - 2].count
      let limit = min(axes[rank - 2].count - position, rows.upperBound - row)
      while length < limit {
        let next = Int(table[position + length])
        if isFilled
          ? next >= 0 && table[position] < 0 : next != Int(table[position]) + length * last.count
        {
          break
        }
        length += 1
      }
      run.count *= length
    }
    if isFilled {
      fillRow(output + target, run, filler)
    } else {
      copyRow(input, source, output + target, run, filler)
    }
    row += length
  }
}

@inline(__always)
private func fillRow(_ output: UnsafeMutablePointer<Float>, _ axis: GatherAxis, _ filler: Float) {
  for position in 0..<axis.count { output[position * axis.outputStride] = filler }
}

@inline(__always)
private func copyRow(
  _ input: UnsafePointer<Float>, _ source: Int, _ output: UnsafeMutablePointer<Float>, _ axis: GatherAxis,
  _ filler: Float
) {
  if let table = axis.table {
    for position in 0..<axis.count {
      let offset = Int(table[position])
      output[position * axis.outputStride] = offset < 0 ? filler : input[source + offset]
    }
    return
  }
  let input = input + source
  if axis.outputStride == 1 && axis.inputStride == 1 {
    copyValues(input, output, axis.count)
  } else if axis.outputStride == 1 {
    for position in 0..<axis.count { output[position] = input[position * axis.inputStride] }
  } else {
    for position in 0..<axis.count {
      output[position * axis.outputStride] = input[position * axis.inputStride]
    }
  }
}

@inline(__always)
private func copyValues(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int) {
  var index = 0
  while index + 8 <= count {
    Vector.load(input + index).store(output + index)
    index += 8
  }
  while index < count {
    output[index] = input[index]
    index += 1
  }
}

/// Writes the transpose of a matrix, in blocks that stay in the cache.
/// - Parameters:
///   - rows: rows of the output to do; a row of the output is a column of the input.
///   - columns: columns of the output, which are rows of the input.
public func transposeMatrix(
  input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
  rows: Range<Int>, columns: Int
) {
  require(rows.lowerBound >= 0 && columns >= 0, "counts are not negative")
  require(rows.count <= 1 || outputStride >= columns, "rows of the output do not overlap")
  let block = 16
  var top = rows.lowerBound
  while top < rows.upperBound {
    let bottom = min(top + block, rows.upperBound)
    var left = 0
    while left < columns {
      let right = min(left + block, columns)
      for row in top..<bottom {
        let target = output + row * outputStride
        for column in left..<right { target[column] = input[column * inputStride + row] }
      }
      left = right
    }
    top = bottom
  }
}
