/// numpy's take with constant indices along an axis.
struct Take: OperationDefinition {
  let indices: [Int]
  let axis: Int

  var name: String { "take" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    var result = inputs[0]
    let axis = try result.axis(axis)
    if let size = result[axis], let outside = indices.first(where: { $0 >= size || $0 < -size }) {
      throw ShapeError(reason: "index \(outside) is outside axis \(axis) of size \(size)")
    }
    result[axis] = indices.count
    return result
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { inputs.first.flatMap { $0 } }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    var rearrangement = Rearrangement(copying: node.input)
    let axis = rearrangement.axis(axis)
    let size = node.input.shape[axis]
    rearrangement.map(axis, count: indices.count) { indices[$0] < 0 ? indices[$0] + size : indices[$0] }
    return try node.gather(rearrangement, kernel: name)
  }
}
