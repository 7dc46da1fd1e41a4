extension Graph {
  /// Drops operations that change nothing, and makes one of two reshapes, transposes or scalings in a row.
  mutating func dropIdentities() {
    rewrite { graph, index in
      graph.combine(index)
      return graph.isIdentity(index) ? graph.nodes[index].inputs[0] : nil
    }
  }

  private func isIdentity(_ index: Int) -> Bool {
    let node = nodes[index]
    guard let input = node.inputs.first, nodes[input.index].shape == node.shape else { return false }
    switch node.operation {
    case .unary(.linear(scale: 1, offset: 0)), .reshape, .broadcast, .repeatElements, .tile, .resize,
      .concatenation:
      return true
    case .transpose(let permutation): return permutation.enumerated().allSatisfy { $0 == $1 }
    case .padding(let before, let after, _): return (before + after).allSatisfy { $0 == 0 }
    case .slice(let slices):
      // Of the same shape, but perhaps backwards.
      return slices.allSatisfy { slice in
        switch slice {
        case .whole: true
        case .range(_, _, let step): step > 0
        case .index, .newAxis: false
        }
      }
    default: return false
    }
  }

  /// Takes the node's input together with the node, where both are of one kind.
  private mutating func combine(_ index: Int) {
    guard let value = nodes[index].inputs.first else { return }
    let producer = nodes[value.index]
    switch (nodes[index].operation, producer.operation) {
    case (.transpose(let permutation), let before):
      let shape = producer.sizes
      var axes = permutation.map { $0 < 0 ? $0 + shape.count : $0 }
      var source = value
      if case .transpose(let first) = before {
        let first = first.map { $0 < 0 ? $0 + shape.count : $0 }
        axes = axes.map { first[$0] }
        source = producer.inputs[0]
      }
      let sizes = nodes[source.index].sizes
      nodes[index].inputs[0] = source
      let moved = axes.filter { sizes[$0] > 1 }
      // Moving axes of size 1 moves no values.
      nodes[index].operation =
        moved == moved.sorted() && moved.count < axes.count ? .reshape(nodes[index].sizes) : .transpose(axes)
    case (.reshape, .reshape):
      nodes[index].inputs[0] = producer.inputs[0]
      nodes[index].operation = .reshape(nodes[index].sizes)
    case (.unary(.linear(let scale, let offset)), .unary(.linear(let firstScale, let firstOffset))):
      nodes[index].inputs[0] = producer.inputs[0]
      nodes[index].operation = .unary(
        .linear(scale: scale * firstScale, offset: offset + scale * firstOffset))
    case (.unary(.linear(let scale, let offset)), .affine(let firstScale, let firstOffset, let axis)):
      nodes[index].inputs[0] = producer.inputs[0]
      nodes[index].operation = .affine(
        scale: firstScale.map { $0 * scale }, offset: firstOffset.map { $0 * scale + offset }, axis: axis)
    case (.affine(let scale, let offset, let axis), .unary(.linear(let firstScale, let firstOffset))):
      nodes[index].inputs[0] = producer.inputs[0]
      nodes[index].operation = .affine(
        scale: scale.map { $0 * firstScale }, offset: offset.combined(scale) { $0 + $1 * firstOffset },
        axis: axis)
    case (.affine(let scale, let offset, let axis), .affine(let firstScale, let firstOffset, let firstAxis))
    where axis == firstAxis:
      nodes[index].inputs[0] = producer.inputs[0]
      nodes[index].operation = .affine(
        scale: scale.combined(firstScale) { $0 * $1 },
        offset: offset.combined(scale.combined(firstOffset) { $0 * $1 }) { $0 + $1 }, axis: axis)
    default: return
    }
    switch producer.operation {
    case .unary, .affine: nodes[index].fused.append(producer.name)
    default: break
    }
  }

  /// Moves reshapes behind element-wise operations, so that those meet the operation before.
  mutating func moveReshapesDown() {
    let counts = readCounts
    rewrite { graph, index in
      let node = graph.nodes[index]
      guard let value = node.inputs.first, counts[value.index] == 1,
        case .reshape = graph.nodes[value.index].operation
      else { return nil }
      let source = graph.nodes[value.index].inputs[0]
      let shape = graph.nodes[source.index].shape
      var operation = node.operation
      switch operation {
      case .unary: break
      case .affine(let scale, let offset, let axis)
      where axis == node.shape.count - 1 && shape.last == node.shape.last:
        operation = .affine(scale: scale, offset: offset, axis: shape.count - 1)
      default: return nil
      }
      graph.nodes[value.index] = Node(name: node.name, operation: operation, inputs: [source], shape: shape)
      graph.nodes[index].operation = .reshape(node.sizes)
      return nil
    }
  }
}
