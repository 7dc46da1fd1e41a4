// Rows by index.

/// Rows of a table: inputs of indices `[...]` give `[..., width]`.
struct Embedding: OperationDefinition {
  let table: Tensor

  var name: String { "embedding" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    guard table.shape.count == 2 else {
      throw ShapeError(reason: "the table needs 2 axes, it has shape \(table.shape.text)")
    }
    return inputs[0] + [table.shape[1]]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unbounded }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [table] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: false, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [EmbeddingStep(name: node.name, table: table, input: node.input, output: node.output)]
  }
}

/// 1 at the index, 0 elsewhere, on a new last axis.
struct OneHot: OperationDefinition {
  let count: Int

  var name: String { "one-hot" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape { inputs[0] + [count] }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unknown }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: false, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [OneHotStep(name: node.name, input: node.input, output: node.output)]
  }
}
