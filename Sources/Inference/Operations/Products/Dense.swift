/// Parameters of ``Operation/dense(_:)``.
public struct Dense: Sendable {
  /// `[inputs, units]`
  public var kernel: Tensor
  /// `[units]`
  public var bias: Tensor?
  public init(kernel: Tensor, bias: Tensor?) {
    self.kernel = kernel
    self.bias = bias
  }
}

extension Dense: OperationDefinition {
  var name: String { "dense" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    guard kernel.shape.count == 2 else {
      throw ShapeError(reason: "the kernel needs 2 axes (inputs, units), its shape is \(kernel.shape.text)")
    }
    guard let last = input.last else { throw ShapeError(reason: "the input has no axes") }
    if let last, last != kernel.shape[0] {
      throw ShapeError(reason: "the kernel expects \(kernel.shape[0]) inputs, the input has \(last)")
    }
    try checkBias(bias, [kernel.shape[1]])
    return input.dropLast() + [kernel.shape[1]]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unbounded }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [kernel, bias] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [
      DenseStep(
        name: node.name, self, input: node.input, output: node.output, epilogue: node.epilogue,
        packing: node.packing)
    ]
  }
}
