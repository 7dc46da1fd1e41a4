import Kernels

/// Largest or mean value of each window; the border does not count.
struct PoolingStep: RangeStep {
  let name: String
  let kernel: String
  let flops: Double
  let bytes: Int
  var scratch: Int { 0 }

  private let function: PoolingFunction
  private let input: Operand
  private let output: Operand
  private let window: Window

  init(name: String, _ pooling: Pooling, input: Operand, output: Operand) {
    self.name = name
    self.input = input
    self.output = output
    function = pooling.kind == .max ? .max : .average
    kernel = "\(pooling.kind) pooling \(pooling.window.height)x\(pooling.window.width)"
    window = Window(
      input: input, output: output, size: pooling.window, strides: pooling.strides, border: pooling.border)
    flops = Double(output.count) * Double(window.tapsInside)
    bytes = 4 * (input.count + output.count)
  }

  var ranges: Ranges {
    let lines = output.shape[0] * output.shape[1]
    let work = min(window.tapsInside, RunContext.grain)
    return Ranges(rows: lines, columns: output.shape[2] * output.columns * work / 8)
  }

  func run(_ context: RunContext, _ lines: Range<Int>) {
    pool(
      function, window, input: context.pointer(input), channels: output.columns,
      output: context.pointer(output), outputStride: output.rowStride, lines: lines)
  }
}
