// Shares of a whole, and their logarithms.

/// exp(x) / sum(exp(x)) along the axes taken together.
struct Softmax: OperationDefinition {
  let axes: [Int]

  var name: String { "softmax" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    _ = try inputs[0].axes(axes)
    return inputs[0]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .softmax }
  var form: CanonicalForm { .lastAxis(axes, .softmax(axes: [-1])) }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: true)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [RowStep(name: node.name, kind: .softmax, input: node.input, output: node.output)]
  }
}

/// The logarithm of softmax. Its softmax is the softmax of what it was made of.
struct LogSoftmax: OperationDefinition {
  let axis: Int

  var name: String { "log softmax" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    _ = try inputs[0].axis(axis)
    return inputs[0]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unbounded }
  var form: CanonicalForm { .lastAxis([axis], .logSoftmax(axis: -1)) }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: true)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [RowStep(name: node.name, kind: .logSoftmax, input: node.input, output: node.output)]
  }
}

/// The nearest point of the simplex.
struct Sparsemax: OperationDefinition {
  let axis: Int

  var name: String { "sparsemax" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    _ = try inputs[0].axis(axis)
    return inputs[0]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .softmax }
  var form: CanonicalForm { .lastAxis([axis], .sparsemax(axis: -1)) }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: true)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [RowStep(name: node.name, kind: .sparsemax, input: node.input, output: node.output)]
  }
}
