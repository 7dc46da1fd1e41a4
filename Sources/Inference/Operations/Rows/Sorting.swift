// Values put in order.

/// The values along an axis from the smallest to the largest, NaN last.
struct Sort: OperationDefinition {
  let axis: Int

  var name: String { "sort" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    _ = try inputs[0].axis(axis)
    return inputs[0]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { inputs.first.flatMap { $0 } }
  var form: CanonicalForm { .lastAxis([axis], .sort(axis: -1)) }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [RowStep(name: node.name, kind: .sort, input: node.input, output: node.output)]
  }
}

/// The indices that sort the values along an axis.
struct ArgumentSort: OperationDefinition {
  let axis: Int

  var name: String { "argsort" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    // Indices are float32 numbers, as all values.
    if let size = inputs[0][try inputs[0].axis(axis)], size > 1 << 24 {
      throw ShapeError(reason: "\(size) values are too many to sort")
    }
    return inputs[0]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unknown }
  var form: CanonicalForm { .lastAxis([axis], .argumentSort(axis: -1)) }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [RowStep(name: node.name, kind: .argumentSort, input: node.input, output: node.output)]
  }
}
