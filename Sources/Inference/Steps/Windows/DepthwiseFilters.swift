import Kernels

/// The windows of weights of a depthwise convolution, and where they go, whatever its results are written to.
struct DepthwiseFilters {
  let window: Window
  /// Of all results.
  let flops: Double
  /// `[place of the window][output channel]`
  let weights: Tensor
  private let bias: Tensor
  private let channels: Int
  private let bounds: (low: Float, high: Float)?

  /// - Parameter epilogue: its factors become part of the weights.
  init(_ convolution: DepthwiseConvolution, input: Operand, output: Operand, epilogue: Epilogue) {
    let size = convolution.kernel.shape
    window = Window(
      input: input, output: output, size: Extent(size[0], size[1]), strides: convolution.strides,
      dilation: convolution.dilation, border: convolution.border)
    flops = 2 * Double(output.count) * Double(window.taps)
    weights = convolution.kernel.scaled(by: epilogue.scale).inMemory
    bias = convolution.bias ?? Tensor(shape: [output.columns], repeatElement(0, count: output.columns))
    channels = input.columns
    bounds = epilogue.bounds
  }

  /// For profiles.
  var kernel: String { "depthwise \(window.height)x\(window.width)" }

  /// The kernel's parameters.
  /// - Parameters:
  ///   - output: where line 0 would begin.
  ///   - stride: values from one pixel of the output to the next.
  func block(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, stride: Int
  ) -> DepthwiseBlock {
    var block = DepthwiseBlock(
      window: window, input: input, channels: channels, weights: weights.storage.base,
      weightStride: bias.count, bias: bias.storage.base, output: output, outputStride: stride)
    if let bounds { (block.low, block.high) = bounds }
    return block
  }
}
