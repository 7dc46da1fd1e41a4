/// PReLU: `x > 0 ? x : alpha * x`.
struct ParametricReLU: OperationDefinition {
  let alpha: Tensor

  var name: String { "prelu" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    try Shape(inputs[0].dropFirst()).checkCovers(alpha.shape, "alpha")
    return inputs[0]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unboundedOrUnknown(inputs) }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [alpha] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: true)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [
      BinaryStep(
        name: node.name, kernel: "prelu", .rows(.parametricReLU), node.input, Operand(alpha),
        output: node.output, activation: nil)
    ]
  }
}
