/// numpy's matmul of two computed tensors of at least two axes.
struct MatMul: OperationDefinition {
  let transposeA: Bool
  let transposeB: Bool

  var name: String { "matmul" }
  var inputCount: ClosedRange<Int> { 2...2 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let (a, b) = (inputs[0], inputs[1])
    guard a.count >= 2, b.count >= 2 else {
      throw ShapeError(reason: "both inputs need at least 2 axes, their shapes are \(a.text) and \(b.text)")
    }
    let (rows, innerA) = transposeA ? (a[a.count - 1], a[a.count - 2]) : (a[a.count - 2], a[a.count - 1])
    let (innerB, columns) = transposeB ? (b[b.count - 1], b[b.count - 2]) : (b[b.count - 2], b[b.count - 1])
    if let innerA, let innerB, innerA != innerB {
      throw ShapeError(
        reason: "the shapes \(a.text) and \(b.text) do not multiply: \(innerA) is not \(innerB)")
    }
    return try Shape(a.dropLast(2)).broadcast(with: Shape(b.dropLast(2))) + [rows, columns]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unbounded }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: false, readsRowsApart: false, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [
      MatMulStep(
        name: node.name, transposeA: transposeA, transposeB: transposeB, node.inputs[0], node.inputs[1],
        output: node.output, workers: node.packing.workers, kernels: node.packing.kernels)
    ]
  }
}
