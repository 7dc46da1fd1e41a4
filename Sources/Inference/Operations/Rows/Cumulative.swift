// Running sums and products.

/// Running sums along an axis.
struct CumulativeSum: OperationDefinition {
  let axis: Int

  var name: String { "cumulative sum" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    _ = try inputs[0].axis(axis)
    return inputs[0]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unknown }
  var form: CanonicalForm { .middleAxis(axis, .cumulativeSum(axis: 1)) }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [CumulativeStep(name: node.name, multiplies: false, input: node.input, output: node.output)]
  }
}

/// Running products along an axis.
struct CumulativeProduct: OperationDefinition {
  let axis: Int

  var name: String { "cumulative product" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    _ = try inputs[0].axis(axis)
    return inputs[0]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unknown }
  var form: CanonicalForm { .middleAxis(axis, .cumulativeProduct(axis: 1)) }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [CumulativeStep(name: node.name, multiplies: true, input: node.input, output: node.output)]
  }
}
