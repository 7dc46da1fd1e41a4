/// An operation that only moves the values of its one input. A ``GatherStep`` computes all of them, so what the engine has
/// to know beside name and shape follows from that step.
protocol Movement: OperationDefinition {
  /// Says where the result's elements come from.
  /// - Parameter rearrangement: every element of the input in its place.
  func rearrange(_ rearrangement: inout Rearrangement, _ node: PlacedNode)
}

extension Movement {
  var inputCount: ClosedRange<Int> { 1...1 }
  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { inputs.first.flatMap { $0 } }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    var rearrangement = Rearrangement(copying: node.input)
    rearrange(&rearrangement, node)
    return try node.gather(rearrangement, kernel: name)
  }
}
