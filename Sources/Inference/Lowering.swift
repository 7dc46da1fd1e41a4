import Kernels

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
    let shape = node.sizes
    if case .constant(let tensor) = node.operation {
      return Operand(home: .constant(tensor), shape: shape, rowStride: shape.last ?? 1)
    }
    guard let placement = memory.placements[value.index] else {
      throw PlanError(node: node.name, reason: "has no memory")
    }
    return Operand(
      home: .arena(offset: memory.offset(placement)), shape: shape, rowStride: placement.rowStride)
  }

  /// The steps that compute a node: none for views, several for a concatenation that has to copy.
  func steps(_ index: Int) throws(PlanError) -> [any Step] {
    guard memory.placements[index] != nil else { return [] }
    let node = graph.nodes[index]
    if case .input = node.operation { return [] }
    let output = try operand(Graph.ValueID(index: index))
    var inputs: [Operand] = []
    for input in node.inputs { inputs.append(try operand(input)) }
    if case .concatenation(let axis) = node.operation {
      return try concatenation(node, axis: axis, inputs, output)
    }
    if isView(node, inputs, output) { return [] }
    return [try step(node, inputs, output)]
  }

  private func step(_ node: Graph.Node, _ inputs: [Operand], _ output: Operand) throws(PlanError)
    -> any Step
  {
    let name = node.name
    let input = inputs[0]
    switch node.operation {
    case .unary(let unary):
      return ElementwiseStep(name: name, unary: unary, input: input, output: output)
    case .binary(let binary):
      return BinaryStep(
        name: name, binary, input, inputs[1], output: output, activation: node.activation)
    case .parametricReLU(let alpha):
      let alphas = Operand(
        home: .constant(alpha), shape: alpha.shape, rowStride: alpha.shape.last ?? 1)
      return BinaryStep(
        name: name, kernel: "prelu", function: .parametricReLU, input, alphas, output: output,
        activation: nil)
    case .select: return SelectStep(name: name, inputs, output: output)
    case .affine(let scale, let offset, let axis):
      return AffineStep(
        name: name, scale: scale, offset: offset, axis: axis, activation: node.activation, input: input,
        output: output)
    case .normalization(let normalization):
      return self.normalization(node, normalization, input, output)
    case .softmax: return RowStep(name: name, kind: .softmax, input: input, output: output)
    case .logSoftmax: return RowStep(name: name, kind: .logSoftmax, input: input, output: output)
    case .sparsemax: return RowStep(name: name, kind: .sparsemax, input: input, output: output)
    case .reduction(let reduction, _, _):
      return ReductionStep(name: name, reduction: reduction, input: input, output: output)
    case .argument(let extremum, _):
      return ArgumentStep(name: name, extremum: extremum, input: input, output: output)
    case .cumulativeSum:
      return CumulativeStep(name: name, multiplies: false, input: input, output: output)
    case .cumulativeProduct:
      return CumulativeStep(name: name, multiplies: true, input: input, output: output)
    case .sort: return RowStep(name: name, kind: .sort, input: input, output: output)
    case .argumentSort: return RowStep(name: name, kind: .argumentSort, input: input, output: output)
    case .resize(let resize) where resize.interpolation != .nearest:
      return ResizeStep(name: name, resize, input: input, output: output)
    case .embedding(let table): return EmbeddingStep(name: name, table: table, input: input, output: output)
    case .oneHot: return OneHotStep(name: name, input: input, output: output)
    case .reshape:
      // The values are not where a view could show them: they are copied first.
      let copy = Operand(home: output.home, shape: input.shape, rowStride: input.columns)
      return try GatherStep(
        name: name, kernel: "copy", Rearrangement(copying: input), input: input, output: copy)
    default:
      if let rearrangement = Rearrangement(node.operation, input, result: output.shape) {
        return try GatherStep(
          name: name, kernel: node.operation.name, rearrangement, input: input, output: output)
      }
      return try heavyStep(node, inputs, output)
    }
  }

  private func heavyStep(_ node: Graph.Node, _ inputs: [Operand], _ output: Operand) throws(PlanError)
    -> any Step
  {
    if let step = replacement?(node, inputs, output) ?? productStep(node, inputs, output) { return step }
    throw PlanError(node: node.name, reason: "has no kernel for \(node.operation.name)")
  }

  private func normalization(
    _ node: Graph.Node, _ normalization: Normalization, _ input: Operand, _ output: Operand
  ) -> any Step {
    func rows(_ function: NormalizationFunction) -> any Step {
      NormalizationStep(
        name: node.name, function, epsilon: normalization.epsilon, gamma: normalization.gamma,
        beta: normalization.beta, input: input, output: output)
    }
    switch normalization.kind {
    case .layer: return rows(.layer)
    case .rms: return rows(.rms)
    case .unit: return rows(.unit)
    case .group(let count):
      return GroupNormalizationStep(
        name: node.name, groups: count, epsilon: normalization.epsilon, gamma: normalization.gamma,
        beta: normalization.beta, input: input, output: output)
    }
  }

  /// Whether the result already is where its values are.
  private func isView(_ node: Graph.Node, _ inputs: [Operand], _ output: Operand) -> Bool {
    guard let input = inputs.first, case .arena(let from) = input.home, case .arena(let to) = output.home
    else { return false }
    switch node.operation {
    case .reshape:
      return from == to && (input.isContiguous && output.isContiguous || input.rowStride == output.rowStride)
    case .slice(let slices):
      return channelSlice(slices, input.shape).map { from + $0 == to && input.rowStride == output.rowStride }
        ?? false
    default: return false
    }
  }

  /// Copies the parts that were not written in place.
  private func concatenation(_ node: Graph.Node, axis: Int, _ inputs: [Operand], _ output: Operand)
    throws(PlanError) -> [any Step]
  {
    guard case .arena(let base) = output.home else { return [] }
    let axis = axis < 0 ? axis + output.shape.count : axis
    let stride = output.strides[axis]
    var steps: [any Step] = []
    var start = 0
    for input in inputs {
      let begin = base + start * stride
      start += input.shape[axis]
      if case .arena(let offset) = input.home, offset == begin,
        input.shape.indices.allSatisfy({
          input.shape[$0] == 1 || input.strides[$0] == output.strides[$0]
        })
      {
        continue
      }
      let part = Operand(home: .arena(offset: begin), shape: input.shape, rowStride: output.rowStride)
      steps.append(
        try GatherStep(
          name: node.name, kernel: "copy", Rearrangement(copying: input), input: input, output: part,
          outputStrides: output.strides))
    }
    return steps
  }
}
