/// `x * scale + offset`, both of the length of an axis.
struct Affine: OperationDefinition {
  let scale: Tensor
  let offset: Tensor
  let axis: Int

  var name: String { "affine" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    let axis = try input.axis(axis)
    for (name, tensor) in [("scale", scale), ("offset", offset)] {
      guard tensor.shape.count == 1 else {
        throw ShapeError(reason: "the \(name) needs 1 axis, its shape is \(tensor.shape.text)")
      }
      if tensor.count != scale.count || input[axis] != nil && input[axis] != tensor.count {
        throw ShapeError(
          reason: "the \(name) has \(tensor.count) values, axis \(axis) of the input \(input.text) differs")
      }
    }
    return input
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { inputs.first.flatMap { $0 } }
  var form: CanonicalForm { .rewritten }
  var weights: [Tensor?] { [scale, offset] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: true)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [
      AffineStep(
        name: node.name, scale: scale, offset: offset, axis: axis, activation: node.node.activation,
        input: node.input, output: node.output)
    ]
  }
}
