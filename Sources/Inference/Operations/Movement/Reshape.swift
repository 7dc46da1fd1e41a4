/// The same values in a new shape: -1 once for "the rest", ``Operation/keep`` for the input's size of that axis.
struct Reshape: OperationDefinition {
  let target: [Int]

  var name: String { "reshape" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    var result: Shape = []
    // Axes that are kept on both sides cancel, known or not.
    var rest = input
    for (axis, size) in target.enumerated() {
      switch size {
      case Operation.keep:
        guard axis < input.count else {
          throw ShapeError(reason: "it keeps axis \(axis), which the shape \(input.text) does not have")
        }
        result.append(input[axis])
        rest[axis] = 1
      case -1: result.append(nil)
      default: result.append(size)
      }
    }
    let inferred = target.indices.filter { target[$0] == -1 }
    if inferred.count > 1 { throw ShapeError(reason: "only one size may be -1 in \(target.text)") }
    try result.checkLimits()
    let values = target.filter { $0 > 0 }.checkedProduct ?? 1
    guard let available = rest.known?.checkedProduct else { return result }
    if let axis = inferred.first {
      if available % values != 0 {
        throw ShapeError(reason: "the shape \(input.text) does not divide into \(target.text)")
      }
      result[axis] = available / values
    } else if available != values {
      throw ShapeError(reason: "the shape \(input.text) does not have as many values as \(target.text)")
    }
    return result
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { inputs.first.flatMap { $0 } }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    // It is a view where it can, and else a copy whose rows lie together.
    MemoryAbilities(writesRowsApart: false, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    let (input, output) = (node.input, node.output)
    if case .arena(let from) = input.home, case .arena(let to) = output.home, from == to,
      input.isContiguous && output.isContiguous || input.rowStride == output.rowStride
    {
      return []
    }
    let copy = Operand(home: output.home, shape: input.shape, rowStride: input.columns)
    return [
      try GatherStep(
        name: node.name, kernel: "copy", Rearrangement(copying: input), input: input, output: copy)
    ]
  }
}
