/// The determinant of the square matrices that the last two axes make, as numpy's `linalg.det`.
struct Determinant: OperationDefinition {
  var name: String { "determinant" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    guard input.count >= 2 else {
      throw ShapeError(reason: "the input needs at least 2 axes, its shape is \(input.text)")
    }
    if let rows = input[input.count - 2], let columns = input[input.count - 1], rows != columns {
      throw ShapeError(reason: "the matrices of the shape \(input.text) are not square")
    }
    return input.dropLast(2)
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unbounded }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: false, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [DeterminantStep(name: node.name, input: node.input, output: node.output)]
  }
}
