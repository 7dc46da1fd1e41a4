// Operations without inputs: what a model is given, and what is part of it.

/// A model input, whose values the model's user writes.
struct Input: OperationDefinition {
  var name: String { "input" }
  var inputCount: ClosedRange<Int> { 0...0 }
  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    throw ShapeError(reason: "inputs are declared with addInput")
  }
  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unknown }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: false, readsRowsApart: false, overwritesInput: false)
  }
  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] { [] }
}

/// Values that never change; steps read them where they are.
struct Constant: OperationDefinition {
  let tensor: Tensor

  var name: String { "constant" }
  var inputCount: ClosedRange<Int> { 0...0 }
  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape { Shape(tensor.shape) }
  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { nil }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [tensor] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: false, readsRowsApart: false, overwritesInput: false)
  }
  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] { [] }
}
