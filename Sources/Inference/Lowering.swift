/// Makes the steps of a plan from the nodes of an optimised graph.
struct Lowering {
  let graph: Graph
  let memory: MemoryPlan
  let packing: Packing
  /// See ``PlanOptions/replacement``.
  var replacement: PlanOptions.Replacement?

  /// Where a value is while the plan runs.
  func operand(_ value: Graph.ValueID) throws(PlanError) -> Operand {
    let node = graph.nodes[value.index]
    if case .constant(let tensor) = node.operation { return Operand(tensor) }
    guard let placement = memory.placements[value.index] else {
      throw PlanError(node: node.name, reason: "has no memory")
    }
    return Operand(
      home: .arena(offset: memory.offset(placement)), shape: node.sizes, rowStride: placement.rowStride)
  }

  /// The steps that compute a node: none for views, several for a concatenation that has to copy.
  func steps(_ index: Int) throws(PlanError) -> [any Step] {
    guard memory.placements[index] != nil else { return [] }
    let node = graph.nodes[index]
    var inputs: [Operand] = []
    for input in node.inputs { inputs.append(try operand(input)) }
    return try steps(node, inputs, operand(Graph.ValueID(index: index)))
  }

  func steps(_ node: Graph.Node, _ inputs: [Operand], _ output: Operand) throws(PlanError) -> [any Step] {
    if let step = replacement?(node, inputs, output) { return [step] }
    return try node.operation.definition.steps(
      PlacedNode(node, inputs: inputs, output: output, packing: packing))
  }
}
