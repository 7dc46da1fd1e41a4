import Kernels

/// Largest or mean value of each window; the border does not count.
struct PoolingStep: Step {
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

  func run(_ context: RunContext) {
    let source = UnsafePointer(context.pointer(input))
    let target = context.pointer(output)
    let lines = output.shape[0] * output.shape[1]
    let work = min(window.tapsInside, RunContext.grain)
    context.forEachRows(lines, columns: output.shape[2] * output.columns * work / 8) { part in
      pool(
        function, window, input: source, channels: output.columns, output: target,
        outputStride: output.rowStride, lines: part)
    }
  }
}
