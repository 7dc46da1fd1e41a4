/// The given axes in reverse order.
struct Flip: OperationDefinition {
  let axes: [Int]

  var name: String { "flip" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    _ = try inputs[0].axes(axes)
    return inputs[0]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { inputs.first.flatMap { $0 } }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    var rearrangement = Rearrangement(copying: node.input)
    for axis in axes.map(rearrangement.axis) {
      rearrangement.start += (node.input.shape[axis] - 1) * rearrangement.axes[axis].stride
      rearrangement.axes[axis].stride.negate()
    }
    return try node.gather(rearrangement, kernel: name)
  }
}
