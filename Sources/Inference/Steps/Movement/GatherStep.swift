import Kernels

/// Moves values: slices, transposes, borders, repetitions and copies.
final class GatherStep: RangeStep {
  let name: String
  let kernel: String
  private let input: Operand
  private let output: Operand
  private let start: Int
  private let filler: Float
  private let axes: [GatherAxis]
  /// What the axes' tables point into.
  private let tables: UnsafeMutablePointer<Int32>
  /// Whether the last two axes are a transposed matrix.
  private let isTranspose: Bool

  /// - Parameters:
  ///   - output: of the rearrangement's shape.
  ///   - outputStrides: values from one element to the next along every axis of the output, where it is a
  ///     block of a larger tensor.
  /// - Throws: ``PlanError`` when the input is too large for its positions to be tabulated.
  init(
    name: String, kernel: String, _ rearrangement: Rearrangement, input: Operand, output: Operand,
    outputStrides: [Int]? = nil
  ) throws(PlanError) {
    if input.rows * input.rowStride > Int(Int32.max) {
      throw PlanError(node: name, reason: "the input's shape \(input.shape.text) is too large")
    }
    self.name = name
    self.input = input
    self.output = output
    start = rearrangement.start
    filler = rearrangement.filler

    var axes: [(axis: Rearrangement.Axis, outputStride: Int)] = []
    for (axis, outputStride) in zip(rearrangement.axes, outputStrides ?? output.strides)
    where axis.count > 1 {
      if let last = axes.last, last.axis.table == nil, axis.table == nil,
        last.axis.stride == axis.stride * axis.count, last.outputStride == outputStride * axis.count
      {
        axes[axes.count - 1] = (.init(last.axis.count * axis.count, stride: axis.stride), outputStride)
      } else {
        axes.append((axis, outputStride))
      }
    }
    // With the input's densest axis next to last, and the output's last, blocks can be transposed.
    let dense = axes.lastIndex { $0.axis.table == nil && $0.axis.stride == 1 }
    if let last = axes.last, last.outputStride == 1, last.axis.table == nil, last.axis.stride > 1,
      let dense
    {
      axes.insert(axes.remove(at: dense), at: axes.count - 1)
      isTranspose = true
    } else {
      isTranspose = false
    }
    if axes.isEmpty { axes.append((.init(1, stride: 1), 1)) }
    // A row is a run of values, even where the output's are apart.
    if let last = axes.last, last.outputStride != 1 { axes.append((.init(1, stride: 1), 1)) }
    self.kernel = isTranspose ? "blocked transpose" : kernel

    tables = .allocate(capacity: max(axes.reduce(0) { $0 + ($1.axis.table?.count ?? 0) }, 1))
    var free = tables
    self.axes = axes.map { axis, outputStride in
      var table: UnsafePointer<Int32>?
      if let positions = axis.table {
        for (index, position) in positions.enumerated() { free[index] = Int32(position) }
        table = UnsafePointer(free)
        free += positions.count
      }
      return GatherAxis(
        count: axis.count, inputStride: axis.stride, outputStride: outputStride, table: table)
    }
  }

  deinit { tables.deallocate() }

  var flops: Double { 0 }
  var bytes: Int { 8 * output.count }
  var scratch: Int { 0 }

  /// The axes whose places are counted through: all but the last, or but the transposed matrix.
  private var outer: ArraySlice<GatherAxis> { axes.dropLast(isTranspose ? 2 : 1) }
  private var columns: Int { axes[axes.count - 1].count }
  /// How the rows of a transposed matrix are cut.
  private var blocks: Ranges {
    Ranges(count: axes[axes.count - 2].count, grain: max(RunContext.grain / columns, 16))
  }

  /// Of rows, or of blocks of transposed matrices.
  var ranges: Ranges {
    let places = outer.reduce(1) { $0 * $1.count }
    return isTranspose
      ? Ranges(count: places * blocks.parts, grain: 1) : Ranges(rows: places, columns: columns)
  }

  func run(_ context: RunContext, _ range: Range<Int>) {
    let source = context.pointer(input) + start
    let target = context.pointer(output)
    if isTranspose {
      for block in range { transpose(block, source, target) }
    } else {
      axes.withUnsafeBufferPointer { axes in
        guard let base = axes.baseAddress else { return }
        gather(base, rank: axes.count, rows: range, input: source, output: target, filler: filler)
      }
    }
  }

  private func transpose(
    _ block: Int, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>
  ) {
    let dense = axes[axes.count - 2]
    let blocks = blocks
    var remaining = block / blocks.parts
    var from = source
    var to = target
    var isFilled = false
    for axis in outer.reversed() {
      let position = remaining % axis.count
      remaining /= axis.count
      to += position * axis.outputStride
      if let table = axis.table {
        if table[position] < 0 { isFilled = true }
        from += Int(table[position])
      } else {
        from += position * axis.inputStride
      }
    }
    let rows = blocks.range(of: block % blocks.parts)
    if isFilled {
      for row in rows { (to + row * dense.outputStride).update(repeating: filler, count: columns) }
    } else {
      transposeMatrix(
        input: from, inputStride: axes[axes.count - 1].inputStride, output: to,
        outputStride: dense.outputStride, rows: rows, columns: columns)
    }
  }
}
