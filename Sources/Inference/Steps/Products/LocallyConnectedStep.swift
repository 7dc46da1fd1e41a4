import Kernels

/// A convolution whose weights differ at each position: one product of a vector and a matrix a position.
struct LocallyConnectedStep: LoopStep {
  let name: String
  let flops: Double
  let bytes: Int
  let scratch: Int
  var kernel: String { "local gemv" }

  private let layer: LocallyConnected
  private let input: Operand
  private let output: Operand
  private let inner: Int

  /// The operands are contiguous.
  init(name: String, _ layer: LocallyConnected, input: Operand, output: Operand, workers: Workers) {
    self.name = name
    self.layer = layer
    self.input = input
    self.output = output
    inner = layer.kernel.shape[1]
    scratch = (inner + 15) / 16 * 16 * workers.count
    flops = 2 * Double(output.count) * Double(inner)
    bytes = 4 * (input.count + output.count + layer.kernel.count)
  }

  /// Pixels of the output.
  var parts: Int { output.rows }

  func run(_ context: RunContext, part pixel: Int, thread: Int) {
    let source = UnsafePointer(context.pointer(input))
    let target = context.pointer(output)
    let (height, width, filters) = (output.shape[1], output.shape[2], output.columns)
    let lineStride = input.shape[2] * input.columns
    let lineCount = layer.window.width * input.columns
    let position = pixel % (height * width)
    let (sample, y, x) = (pixel / (height * width), position / width, position % width)
    let values = context.scratch + thread * ((inner + 15) / 16 * 16)
    let first =
      source + (sample * input.shape[1] + y * layer.strides.height) * lineStride
      + x * layer.strides.width * input.columns
    for line in 0..<layer.window.height {
      (values + line * lineCount).update(from: first + line * lineStride, count: lineCount)
    }
    multiplyVector(
      values, weights: layer.kernel.storage.base + position * inner * filters, rowStride: filters,
      inner: inner, columns: filters, scale: nil,
      bias: layer.bias.map { UnsafePointer($0.storage.base) + position * filters }, residual: nil,
      bounds: (-.infinity, .infinity), output: target + pixel * filters)
  }
}
