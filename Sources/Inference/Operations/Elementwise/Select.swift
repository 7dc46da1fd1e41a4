/// `where(condition != 0, a, b)`, numpy broadcasting.
struct Select: OperationDefinition {
  var name: String { "select" }
  var inputCount: ClosedRange<Int> { 3...3 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    try inputs[0].broadcast(with: inputs[1]).broadcast(with: inputs[2])
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .common(Array(inputs.dropFirst())) }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [SelectStep(name: node.name, node.inputs, output: node.output)]
  }
}
