/// Parameters of ``Operation/depthwiseConvolution(_:)``.
public struct DepthwiseConvolution: Sendable {
  /// `[kernel height, kernel width, channels, multiplier]`; result channel is `channel * multiplier + m`.
  public var kernel: Tensor
  /// `[channels * multiplier]`
  public var bias: Tensor?
  public var strides: Extent
  public var dilation: Extent
  public var border: Border
  public init(
    kernel: Tensor, bias: Tensor?, strides: Extent = Extent(1, 1), dilation: Extent = Extent(1, 1),
    border: Border = .valid
  ) {
    self.kernel = kernel
    self.bias = bias
    self.strides = strides
    self.dilation = dilation
    self.border = border
  }
}

extension DepthwiseConvolution: OperationDefinition {
  var name: String { "depthwise convolution" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    try input.checkRank(4, imageLayout)
    try checkKernel(kernel, rank: 4, "(height, width, channels, multiplier)")
    try checkChannels(kernel: kernel.shape[2], input: input[3])
    let filters = kernel.shape[2] * kernel.shape[3]
    try checkBias(bias, [filters])
    let size = try border.windowed(
      input[1], input[2], window: Extent(kernel.shape[0], kernel.shape[1]), strides: strides,
      dilation: dilation)
    return [input[0]] + size + [filters]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unbounded }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [kernel, bias] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [
      DepthwiseConvolutionStep(
        name: node.name, self, input: node.input, output: node.output, epilogue: node.epilogue,
        packing: node.packing)
    ]
  }
}
