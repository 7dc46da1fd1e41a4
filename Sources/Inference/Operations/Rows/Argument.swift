/// Which value along an axis is looked for.
public enum Extremum: Sendable { case max, min }

/// The index of the largest or smallest value, the first on ties, along an axis that disappears.
struct Argument: OperationDefinition {
  let extremum: Extremum
  let axis: Int

  var name: String { extremum == .max ? "argmax" : "argmin" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    try inputs[0].reducing([axis], keepDimensions: false)
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unknown }
  var form: CanonicalForm { .middleAxis(axis, .argument(extremum, axis: 1)) }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [ArgumentStep(name: node.name, extremum: extremum, input: node.input, output: node.output)]
  }
}
