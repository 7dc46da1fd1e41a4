/// Parameters of ``Operation/convolution(_:)``.
public struct Convolution: Sendable {
  /// `[kernel height, kernel width, input channels / groups, output channels]`, as Keras stores it.
  public var kernel: Tensor
  /// `[output channels]`
  public var bias: Tensor?
  public var strides: Extent
  public var dilation: Extent
  public var border: Border
  public var groups: Int
  public init(
    kernel: Tensor, bias: Tensor?, strides: Extent = Extent(1, 1), dilation: Extent = Extent(1, 1),
    border: Border = .valid, groups: Int = 1
  ) {
    self.kernel = kernel
    self.bias = bias
    self.strides = strides
    self.dilation = dilation
    self.border = border
    self.groups = groups
  }
}

extension Convolution: OperationDefinition {
  var name: String { "convolution" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    try input.checkRank(4, imageLayout)
    try checkKernel(kernel, rank: 4, "(height, width, input channels / groups, output channels)")
    try checkPositive(groups, "groups")
    let filters = kernel.shape[3]
    if filters % groups != 0 {
      throw ShapeError(reason: "\(filters) output channels do not divide into \(groups) groups")
    }
    try checkChannels(kernel: kernel.shape[2] * groups, input: input[3])
    try checkBias(bias, [filters])
    let size = try border.windowed(
      input[1], input[2], window: Extent(kernel.shape[0], kernel.shape[1]), strides: strides,
      dilation: dilation)
    return [input[0]] + size + [filters]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unbounded }
  var form: CanonicalForm { isDepthwise ? .rewritten : .unchanged }
  var weights: [Tensor?] { [kernel, bias] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [step(node)]
  }

  /// The one place where a convolution's kernel is chosen.
  private func step(_ node: PlacedNode) -> any Step {
    let (name, input, output, packing) = (node.name, node.input, node.output, node.packing)
    if let prologue = node.node.prologue {
      return BandedConvolutionStep(
        name: name, prologue, self, inputs: node.inputs, output: output, epilogue: node.epilogue,
        packing: packing)
    }
    if let dense = asDense(output) {
      return DenseStep(
        name: name, dense, input: input, output: output, epilogue: node.epilogue, packing: packing)
    }
    if let tile = WinogradChoice(self, output: output, kernels: packing.kernels)?.tile {
      return WinogradStep(
        name: name, tile, self, input: input, output: output, epilogue: node.epilogue, packing: packing)
    }
    return ConvolutionStep(
      name: name, self, input: input, output: output, epilogue: node.epilogue, packing: packing)
  }

  /// The convolution of a single pixel is a product of a vector and a matrix, as in squeeze-and-excitation.
  private func asDense(_ output: Operand) -> Dense? {
    guard output.rows == 1, kernel.shape[0] == 1, kernel.shape[1] == 1, groups == 1, strides == Extent(1, 1),
      border == .valid || border == .same
    else { return nil }
    return Dense(kernel: kernel.reshaped([kernel.shape[2], kernel.shape[3]]), bias: bias)
  }

  /// Whether each channel makes one of its own; the weights then lie as those of a depthwise convolution do.
  var isDepthwise: Bool {
    groups > 1 && kernel.shape[2] == 1 && kernel.shape[3] == groups
  }
}
