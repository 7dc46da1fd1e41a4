extension Graph {
  /// Computes only once what several nodes compute from the same inputs, such as the relu that every
  /// branch of a cell applies for itself.
  mutating func mergeDuplicates() {
    var earlier: [ValueID: [Int]] = [:]
    rewrite { graph, index in
      let node = graph.nodes[index]
      guard let first = node.inputs.first else { return nil }
      for other in earlier[first] ?? []
      where graph.nodes[other].inputs == node.inputs
        && graph.nodes[other].operation.isSame(as: node.operation)
      {
        return ValueID(index: other)
      }
      earlier[first, default: []].append(index)
      return nil
    }
  }
}

extension Operation {
  /// Whether both are the same function; false where comparing them is expensive.
  fileprivate func isSame(as other: Operation) -> Bool {
    switch (self, other) {
    case (.unary(let a), .unary(let b)): a == b
    case (.reshape(let a), .reshape(let b)): a == b
    case (.transpose(let a), .transpose(let b)): a == b
    case (.softmax, .softmax): true
    case (.pooling(let a), .pooling(let b)):
      a.kind == b.kind && a.window == b.window && a.strides == b.strides && a.border == b.border
    case (
      .padding(let before, let after, .constant(let value)),
      .padding(let otherBefore, let otherAfter, .constant(let otherValue))
    ):
      before == otherBefore && after == otherAfter && value == otherValue
    case (.reduction(let a, let axes, let keep), .reduction(let b, let otherAxes, let otherKeep)):
      a == b && axes == otherAxes && keep == otherKeep
    default: false
    }
  }
}
