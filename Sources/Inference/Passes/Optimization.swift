extension Graph {
  /// Makes a specialised graph cheaper to run; its outputs stay the same up to rounding.
  mutating func optimize(workers: Workers) throws(PlanError) {
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
