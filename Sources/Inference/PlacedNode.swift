/// A node whose values have their memory: what its steps are made from.
final class PlacedNode {
  let node: Graph.Node
  /// Where the values are that it reads, in order; a residual is the last.
  let inputs: [Operand]
  /// Where its result goes.
  let output: Operand
  let packing: Packing

  init(_ node: Graph.Node, inputs: [Operand], output: Operand, packing: Packing) {
    self.node = node
    self.inputs = inputs
    self.output = output
    self.packing = packing
  }

  var name: String { node.name }
  /// The first of its inputs.
  var input: Operand { inputs[0] }

  /// What is left to do after a product.
  var epilogue: Epilogue {
    Epilogue(
      scale: node.outputScale, residual: node.addsResidual ? inputs.last : nil, activation: node.activation)
  }

  /// Moves values of the first input without computing.
  /// - Parameter kernel: for profiles.
  func gather(_ rearrangement: Rearrangement, kernel: String) throws(PlanError) -> [any Step] {
    [try GatherStep(name: name, kernel: kernel, rearrangement, input: input, output: output)]
  }
}
