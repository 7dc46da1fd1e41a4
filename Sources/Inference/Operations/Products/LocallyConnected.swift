/// Parameters of ``Operation/locallyConnected(_:)``; the border is valid.
public struct LocallyConnected: Sendable {
  /// `[output height * output width, window height * window width * input channels, output channels]`
  public var kernel: Tensor
  /// `[output height, output width, output channels]`
  public var bias: Tensor?
  public var window: Extent
  public var strides: Extent
  public init(kernel: Tensor, bias: Tensor?, window: Extent, strides: Extent) {
    self.kernel = kernel
    self.bias = bias
    self.window = window
    self.strides = strides
  }
}

extension LocallyConnected: OperationDefinition {
  var name: String { "locally connected" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    try input.checkRank(4, imageLayout)
    try checkKernel(kernel, rank: 3, "(output positions, window * input channels, output channels)")
    let size = try Border.valid.windowed(input[1], input[2], window: window, strides: strides)
    if let channels = input[3] {
      let expected = [window.height, window.width, channels].checkedProduct ?? -1
      if kernel.shape[1] != expected {
        throw ShapeError(
          reason: "the kernel expects windows of \(kernel.shape[1]) values, the input has \(expected)")
      }
    }
    if let size = size.known {
      if kernel.shape[0] != size[0] * size[1] {
        throw ShapeError(
          reason: "the kernel has \(kernel.shape[0]) positions, the result \(size[0]) x \(size[1])")
      }
      try checkBias(bias, size + [kernel.shape[2]])
    }
    return [input[0]] + size + [kernel.shape[2]]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unbounded }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [kernel, bias] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: false, readsRowsApart: false, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [
      LocallyConnectedStep(
        name: node.name, self, input: node.input, output: node.output, workers: node.packing.workers)
    ]
  }
}
