/// numpy's einsum, which is rewritten as transposes, reshapes and matmul.
struct EinsumProduct: OperationDefinition {
  let equation: String

  var name: String { "einsum" }
  var inputCount: ClosedRange<Int> { 1...Int.max }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape { try Einsum(equation).resultShape(inputs) }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unbounded }
  var form: CanonicalForm { .rewritten }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: false, readsRowsApart: false, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    throw PlanError(node: node.name, reason: "has no kernel for \(name)")
  }
}
