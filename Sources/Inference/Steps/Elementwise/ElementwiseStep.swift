import Kernels

/// Applies one function to every value.
struct ElementwiseStep: RangeStep {
  let name: String
  let unary: Unary
  let input: Operand
  let output: Operand

  var kernel: String { unary.name }
  var flops: Double { Double(output.count) }
  var bytes: Int { 8 * output.count }
  var scratch: Int { 0 }

  private var isContiguous: Bool { input.isContiguous && output.isContiguous }
  /// Of values where they lie next to each other, else of rows.
  var ranges: Ranges {
    isContiguous ? Ranges(values: output.count) : Ranges(rows: output.rows, columns: output.columns)
  }

  func run(_ context: RunContext, _ range: Range<Int>) {
    let source = context.pointer(input)
    let target = context.pointer(output)
    if isContiguous {
      unary.apply(source + range.lowerBound, 0, target + range.lowerBound, 0, 1, range.count)
    } else {
      unary.apply(
        source + range.lowerBound * input.rowStride, input.rowStride,
        target + range.lowerBound * output.rowStride, output.rowStride, range.count, output.columns)
    }
  }
}

extension Unary {
  /// Applies it to rows of values; the result may be where they are.
  func apply(
    _ source: UnsafePointer<Float>, _ inputStride: Int, _ target: UnsafeMutablePointer<Float>,
    _ outputStride: Int, _ rows: Int, _ columns: Int
  ) {
    switch kernel {
    case .rows(let function):
      applyRows(
        function, input: source, inputStride: inputStride, output: target, outputStride: outputStride,
        rows: rows, columns: columns)
    case .values(let function):
      for row in 0..<rows {
        for column in 0..<columns {
          target[row * outputStride + column] = function(source[row * inputStride + column])
        }
      }
    }
  }
}
