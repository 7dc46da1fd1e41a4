// Who reads a value, and what its memory may therefore look like.

extension Graph {
  /// For every value, the nodes that read it, in order.
  var readers: [[Int]] {
    var readers: [[Int]] = Array(repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for input in node.inputs where readers[input.index].last != index { readers[input.index].append(index) }
    }
    return readers
  }

  func isOutput(_ index: Int) -> Bool { outputs.contains { $0.value.index == index } }

  func isInput(_ index: Int) -> Bool {
    if case .input = nodes[index].operation { return true }
    return false
  }

  /// Whether a value can be written with its rows apart, as a part of a wider value.
  func canWriteInto(_ index: Int, _ readers: [[Int]]) -> Bool {
    nodes[index].operation.definition.memory.writesRowsApart && readersAcceptRows(index, readers)
  }

  /// Whether all that read a value can do so with its rows apart.
  func readersAcceptRows(_ index: Int, _ readers: [[Int]]) -> Bool {
    if isOutput(index) { return false }
    return readers[index].allSatisfy { reader in
      let node = nodes[reader]
      guard case .reshape = node.operation else {
        return node.operation.definition.memory.readsRowsApart
      }
      return node.sizes.last == nodes[index].sizes.last && readersAcceptRows(reader, readers)
    }
  }

  /// Whether a value should be written with gaps between its rows: pixels a multiple of 2 KB apart share a few sets
  /// of the first-level cache, and those under a window evict each other from it.
  func wantsGaps(_ index: Int, _ readers: [[Int]]) -> Bool {
    guard let columns = nodes[index].sizes.last, columns % 512 == 0 else { return false }
    return readers[index].contains { reader in
      switch (nodes[reader].operation, nodes[reader].prologue) {
      case (.depthwiseConvolution, _), (_, .depthwise): true
      default: false
      }
    }
  }
}
