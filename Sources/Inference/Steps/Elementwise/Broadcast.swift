import Kernels

/// How several operands are read together under numpy's broadcasting: as few axes as their layouts
/// allow, the last two of which form a matrix.
struct Broadcast {
  /// Sizes of the axes outside the matrix, outermost first.
  private let outer: [Int]
  /// For every operand, the result first, its strides along ``outer``.
  private let outerStrides: [[Int]]
  let rows: Int
  let columns: Int
  /// For every operand, the result first: values from one row to the next.
  let rowStrides: [Int]
  /// For every operand, the result first: whether one value counts for the whole row.
  let isScalarRow: [Bool]

  /// - Parameter sources: what is read, of shapes that broadcast to the output's.
  init(output: Operand, sources: [Operand]) {
    var axes: [(size: Int, strides: [Int])] = []
    let rank = output.shape.count
    let operands = [output] + sources
    let strides = operands.map(\.strides)
    for axis in output.shape.indices {
      let along = operands.indices.map { index -> Int in
        let own = axis - (rank - operands[index].shape.count)
        return own < 0 || operands[index].shape[own] == 1 && output.shape[axis] != 1 ? 0 : strides[index][own]
      }
      // Neighbouring axes that every operand walks evenly are one.
      if let last = axes.last,
        zip(last.strides, along).allSatisfy({ $0 == $1 * output.shape[axis] })
      {
        axes[axes.count - 1] = (last.size * output.shape[axis], along)
      } else if let last = axes.last, last.size == 1 {
        axes[axes.count - 1] = (output.shape[axis], along)
      } else if output.shape[axis] > 1 || axis == rank - 1 {
        axes.append((output.shape[axis], along))
      }
    }
    // Kernels walk rows value by value, or not at all.
    let isRow = axes.last.map { last in last.strides[0] == 1 && last.strides.allSatisfy { $0 <= 1 } } ?? false
    let columnAxis = isRow ? axes.removeLast() : (size: 1, strides: operands.map { _ in 0 })
    let rowAxis = axes.popLast() ?? (size: 1, strides: operands.map { _ in 0 })
    columns = columnAxis.size
    rows = rowAxis.size
    rowStrides = rowAxis.strides
    isScalarRow = columnAxis.strides.map { $0 == 0 }
    outer = axes.map(\.size)
    outerStrides = operands.indices.map { operand in axes.map { $0.strides[operand] } }
  }

  /// Where an operand's part of a matrix starts.
  /// - Parameters:
  ///   - operand: 0 for the result, then the sources.
  ///   - block: which matrix, below ``blocks``.
  func offset(_ operand: Int, block: Int) -> Int {
    var remaining = block
    var offset = 0
    var axis = outer.count - 1
    while axis >= 0 {
      offset += remaining % outer[axis] * outerStrides[operand][axis]
      remaining /= outer[axis]
      axis -= 1
    }
    return offset
  }

  /// How many matrices there are.
  var blocks: Int { outer.reduce(1, *) }

  /// How the rows of one matrix are cut; as one where they are few.
  private var rowRanges: Ranges { Ranges(rows: rows, columns: columns) }

  /// Of the runs of rows of all matrices: what threads share.
  var ranges: Ranges {
    let rowRanges = rowRanges
    return Ranges(count: blocks * rowRanges.parts, grain: max(rowRanges.grain / max(rows, 1), 1))
  }

  /// Calls `body` for runs of rows.
  func forEach(in range: Range<Int>, _ body: (_ block: Int, _ rows: Range<Int>) -> Void) {
    let rowRanges = rowRanges
    let parts = rowRanges.parts
    for run in range { body(run / parts, rowRanges.range(of: run % parts)) }
  }

  /// An operand's rows, as kernels take them.
  func source(_ operand: Int, _ base: UnsafePointer<Float>, block: Int, row: Int) -> MatrixSource {
    MatrixSource(
      base + offset(operand, block: block) + row * rowStrides[operand], rowStride: rowStrides[operand],
      isScalarRow: isScalarRow[operand])
  }
}
