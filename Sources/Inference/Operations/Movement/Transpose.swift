/// numpy's transpose: axis i of the result is axis `permutation[i]` of the input.
struct Transpose: OperationDefinition {
  let permutation: [Int]

  var name: String { "transpose" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    let axes = resolved(input.count)
    guard axes.sorted() == Array(input.indices) else {
      throw ShapeError(reason: "\(permutation.text) does not permute the axes of \(input.text)")
    }
    return axes.map { input[$0] }
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { inputs.first.flatMap { $0 } }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    var rearrangement = Rearrangement(copying: node.input)
    rearrangement.axes = resolved(node.input.shape.count).map { rearrangement.axes[$0] }
    return try node.gather(rearrangement, kernel: name)
  }

  /// The permutation counted from the front.
  private func resolved(_ rank: Int) -> [Int] {
    permutation.map { $0 < 0 ? $0 &+ rank : $0 }
  }
}
