import Kernels

/// Every channel with its own window of weights.
struct DepthwiseConvolutionStep: Step {
  let name: String
  let kernel: String
  let flops: Double
  let bytes: Int
  var scratch: Int { 0 }

  private let input: Operand
  private let output: Operand
  private let epilogue: Epilogue
  private let kernels: KernelSet
  private let window: Window
  private let multiplier: Int
  /// `[place of the window][output channel]`
  private let weights: Tensor
  private let bias: Tensor
  private let linesPerPart: Int

  /// - Parameter epilogue: without residual.
  init(
    name: String, _ convolution: DepthwiseConvolution, input: Operand, output: Operand, epilogue: Epilogue,
    kernels: KernelSet
  ) {
    let shape = convolution.kernel.shape
    self.name = name
    self.input = input
    self.output = output
    self.epilogue = epilogue
    self.kernels = kernels
    multiplier = shape[3]
    kernel = "depthwise \(shape[0])x\(shape[1])" + (multiplier > 1 ? " multiplied" : "")
    window = Window(
      input: input, output: output, size: Extent(shape[0], shape[1]), strides: convolution.strides,
      dilation: convolution.dilation, border: convolution.border)
    weights = convolution.kernel.scaled(by: epilogue.scale)
    bias = convolution.bias ?? Tensor(shape: [output.columns], repeatElement(0, count: output.columns))
    linesPerPart = max(
      RunContext.grain / max(output.shape[2] * output.columns * window.taps / 8, 1), 1)
    flops = 2 * Double(output.count) * Double(window.taps)
    bytes = 4 * (input.count + output.count + weights.count)
  }

  func run(_ context: RunContext) {
    let source = UnsafePointer(context.pointer(input))
    let target = context.pointer(output)
    var block = DepthwiseBlock(
      window: window, input: source, channels: input.columns, weights: weights.storage.base,
      weightStride: output.columns, bias: bias.storage.base, output: target, outputStride: output.rowStride)
    if let bounds = epilogue.bounds { (block.low, block.high) = bounds }
    let lines = output.shape[0] * output.shape[1]
    context.workers.forEach((lines + linesPerPart - 1) / linesPerPart) { part in
      let part = part * linesPerPart..<min((part + 1) * linesPerPart, lines)
      if multiplier == 1 {
        kernels.convolveDepthwise(block, part)
      } else {
        convolveDepthwise(block, multiplier: multiplier, lines: part)
      }
      let first = part.lowerBound * window.outputWidth * output.rowStride
      epilogue.finish(
        target + first, stride: output.rowStride, rows: part.count * window.outputWidth,
        columns: output.columns, kernels)
    }
  }
}
