extension Graph {
  /// Makes a specialised graph cheaper to run; its outputs stay the same up to rounding.
  mutating func optimize() throws(PlanError) {
    dropIdentities()
    try foldConstants()
    useConstants()
    // Dead nodes would count as readers in what follows.
    removeDeadNodes()
    moveReshapesDown()
    dropIdentities()
    mergeDuplicates()
    recognizeActivations()
    removeDeadNodes()
    foldAffineBackward()
    foldPadding()
    removeDeadNodes()
    foldAffineForward()
    removeDeadNodes()
    pullPoolingForward()
    fuseEpilogues()
    removeDeadNodes()
  }

  /// Visits the nodes in order, their inputs already replaced.
  /// - Parameter replacement: may change the node in place; what it returns stands for the node's value
  ///   from then on.
  mutating func rewrite(_ replacement: (_ graph: inout Graph, _ index: Int) -> ValueID?) {
    var current = nodes.indices.map { ValueID(index: $0) }
    for index in nodes.indices {
      nodes[index].inputs = nodes[index].inputs.map { current[$0.index] }
      if let value = replacement(&self, index) { current[index] = value }
    }
    outputs = outputs.map { Port(name: $0.name, value: current[$0.value.index]) }
  }

  /// For every value, how many reads there are: by nodes and by the model's user.
  var readCounts: [Int] {
    var counts = Array(repeating: 0, count: nodes.count)
    for node in nodes {
      for input in node.inputs { counts[input.index] += 1 }
    }
    for output in outputs { counts[output.value.index] += 1 }
    return counts
  }

  /// The values of a constant node.
  func constant(_ value: ValueID) -> Tensor? {
    if case .constant(let tensor) = nodes[value.index].operation { return tensor }
    return nil
  }

  /// Drops the nodes that no output needs; inputs stay.
  mutating func removeDeadNodes() {
    var isNeeded = nodes.map { node in
      if case .input = node.operation { return true }
      return false
    }
    for output in outputs { isNeeded[output.value.index] = true }
    for index in nodes.indices.reversed() where isNeeded[index] {
      for input in nodes[index].inputs { isNeeded[input.index] = true }
    }
    var current = Array(repeating: ValueID(index: 0), count: nodes.count)
    var kept: [Node] = []
    for index in nodes.indices where isNeeded[index] {
      var node = nodes[index]
      node.inputs = node.inputs.map { current[$0.index] }
      current[index] = ValueID(index: kept.count)
      kept.append(node)
    }
    nodes = kept
    inputs = inputs.map { Port(name: $0.name, value: current[$0.value.index]) }
    outputs = outputs.map { Port(name: $0.name, value: current[$0.value.index]) }
  }

  /// Gives outputs that are constants memory of their own.
  mutating func ownConstantOutputs() {
    for position in outputs.indices {
      let value = outputs[position].value
      guard case .constant = nodes[value.index].operation else { continue }
      let source = nodes[value.index]
      nodes.append(
        Node(
          name: source.name, operation: .unary(.linear(scale: 1, offset: 0)), inputs: [value],
          shape: source.shape))
      outputs[position].value = ValueID(index: nodes.count - 1)
    }
  }
}
