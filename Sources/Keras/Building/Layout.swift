import Inference

// A channels-first model would transpose its images before and after every layer. Operations that do not
// care are moved in front of the transposition that gave their input, so that it meets the next layer's,
// which cancels it.

extension GraphBuilder {
  /// An operation on values that were made channels first, as one on the channels-last values before.
  struct Moved {
    let operation: Inference.Operation
    let inputs: [Graph.ValueID]
    /// What makes the result channels first; nil: it has no channels axis to move.
    let permutation: [Int]?
  }

  /// - Returns: nil where the operation is to stay where it is.
  func moved(_ operation: Inference.Operation, _ inputs: [Graph.ValueID]) -> Moved? {
    guard let (sources, rank) = sources(inputs) else { return nil }
    // Axis i of a channels-first value is axis permutation[i] of its source.
    let permutation = [0, rank - 1] + (1..<rank - 1)
    func source(_ axis: Int) -> Int? {
      let axis = axis < 0 ? axis + rank : axis
      return permutation.indices.contains(axis) ? permutation[axis] : nil
    }
    func source(_ borders: [Int]) -> [Int] {
      var result = borders
      for (axis, border) in borders.enumerated() { result[permutation[axis]] = border }
      return result
    }
    func moved(_ operation: Inference.Operation) -> Moved {
      Moved(operation: operation, inputs: sources, permutation: permutation)
    }
    switch operation {
    case .unary, .binary: return moved(operation)
    case .affine(let scale, let offset, let axis):
      return source(axis).map { moved(.affine(scale: scale, offset: offset, axis: $0)) }
    case .parametricReLU(let alpha) where alpha.shape.count == rank - 1:
      return moved(.parametricReLU(alpha: alpha.transposed(Array(1..<rank - 1) + [0])))
    case .concatenation(let axis): return source(axis).map { moved(.concatenation(axis: $0)) }
    case .softmax(let axes):
      let axes = axes.compactMap { source($0) }
      return axes.isEmpty ? nil : moved(.softmax(axes: axes))
    case .padding(let before, let after, let mode) where before.count == rank && after.count == rank:
      return moved(.padding(before: source(before), after: source(after), mode: mode))
    case .reduction(let reduction, let axes, let keepsAxes):
      let reduced = axes.compactMap { source($0) }
      guard reduced.count == axes.count, !axes.isEmpty else { return nil }
      let moved = Moved(
        operation: .reduction(reduction, axes: reduced, keepDimensions: keepsAxes), inputs: sources,
        permutation: keepsAxes ? permutation : nil)
      // Without the reduced axes the others must be in the same order.
      let rest = permutation.filter { !reduced.contains($0) }
      return keepsAxes || rest == rest.sorted() ? moved : nil
    default: return nil
    }
  }

  /// The channels-last values that all given ones were made of; nil: one was not.
  private func sources(_ values: [Graph.ValueID]) -> (values: [Graph.ValueID], rank: Int)? {
    var sources: [Graph.ValueID] = []
    var rank: Int?
    for value in values {
      let node = graph.nodes[value.index]
      guard case .transpose(let permutation) = node.operation, let source = node.inputs.first,
        permutation.count >= 3, permutation == [0, permutation.count - 1] + (1..<permutation.count - 1),
        rank == nil || rank == permutation.count
      else { return nil }
      rank = permutation.count
      sources.append(source)
    }
    return rank.map { (sources, $0) }
  }
}
