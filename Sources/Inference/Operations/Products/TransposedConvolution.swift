/// Parameters of ``Operation/transposedConvolution(_:)``.
public struct TransposedConvolution: Sendable {
  /// `[kernel height, kernel width, output channels, input channels]`, as Keras stores it.
  public var kernel: Tensor
  /// `[output channels]`
  public var bias: Tensor?
  public var strides: Extent
  public var dilation: Extent
  /// `valid` or `same`, with the output size Keras derives from it.
  public var border: Border
  /// Added to one side of the result; nil: Keras' default.
  public var outputPadding: Extent?
  public init(
    kernel: Tensor, bias: Tensor?, strides: Extent, dilation: Extent = Extent(1, 1), border: Border,
    outputPadding: Extent? = nil
  ) {
    self.kernel = kernel
    self.bias = bias
    self.strides = strides
    self.dilation = dilation
    self.border = border
    self.outputPadding = outputPadding
  }
}

extension TransposedConvolution: OperationDefinition {
  var name: String { "transposed convolution" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    try input.checkRank(4, imageLayout)
    try checkKernel(kernel, rank: 4, "(height, width, output channels, input channels)")
    try checkChannels(kernel: kernel.shape[3], input: input[3])
    try checkBias(bias, [kernel.shape[2]])
    try checkPositive(strides, "a stride")
    try checkPositive(dilation, "the dilation")
    if case .explicit = border { throw ShapeError(reason: "the border must be valid or same") }
    let height = try size(
      input[1], kernel.shape[0], strides.height, dilation.height, outputPadding?.height)
    let width = try size(input[2], kernel.shape[1], strides.width, dilation.width, outputPadding?.width)
    return [input[0], height, width, kernel.shape[2]]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unbounded }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [kernel, bias] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: false, readsRowsApart: false, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [
      TransposedConvolutionStep(
        name: node.name, self, input: node.input, output: node.output, packing: node.packing)
    ]
  }

  /// Keras' rule for the size of one axis (`compute_conv_transpose_output_shape`).
  private func size(_ input: Int?, _ kernel: Int, _ stride: Int, _ dilation: Int, _ padding: Int?)
    throws(ShapeError) -> Int?
  {
    if let padding, padding < 0 || padding >= max(stride, 2) {
      throw ShapeError(reason: "the output padding must be below the stride \(stride), it is \(padding)")
    }
    guard let input else { return nil }
    let span = (kernel - 1) * dilation + 1
    if case .same = border {
      guard let padding else { return input * stride }
      return (input - 1) * stride + span % 2 + padding
    }
    return (input - 1) * stride + span + (padding ?? max(stride - span, 0))
  }
}
