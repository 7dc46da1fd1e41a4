extension Graph {
  /// Lets 1x1 convolutions do the light work on their input that only they read.
  /// - Parameter threads: that will share the work.
  mutating func fusePrologues(threads: Int, kernels: KernelSet) {
    let counts = readCounts
    for index in nodes.indices {
      guard case .convolution(let convolution) = nodes[index].operation, convolution.isPointwise,
        convolution.groups == 1, let value = nodes[index].inputs.first, counts[value.index] == 1
      else { continue }
      let producer = nodes[value.index]
      guard let (prologue, inputs) = self.prologue(producer),
        BandCut.suits(producer.sizes, convolution, threads: threads, kernels: kernels)
      else { continue }
      nodes[index].prologue = prologue
      nodes[index].inputs = inputs + nodes[index].inputs.dropFirst()
      nodes[index].fused.insert(contentsOf: [producer.name] + producer.fused, at: 0)
    }
    removeDeadNodes()
  }

  /// A node as another's prologue, and what that reads.
  private func prologue(_ node: Node) -> (Prologue, inputs: [ValueID])? {
    switch node.operation {
    case .depthwiseConvolution(let convolution) where convolution.kernel.shape[3] == 1:
      let stage = DepthwisePrologue(
        convolution: convolution, scale: node.outputScale, activation: node.activation, shape: node.sizes)
      return (.depthwise(stage), node.inputs)
    case .affine(let scale, let offset, let axis) where axis == node.sizes.count - 1:
      return (.affine(scale: scale, offset: offset, activation: node.activation), node.inputs)
    case .binary(.multiply) where node.activation == nil:
      let (a, b) = (node.inputs[0], node.inputs[1])
      if nodes[a.index].sizes == node.sizes && isPerChannel(b, of: node) { return (.multiplication, [a, b]) }
      if nodes[b.index].sizes == node.sizes && isPerChannel(a, of: node) { return (.multiplication, [b, a]) }
      return nil
    default: return nil
    }
  }

  /// Whether a value holds one value for each channel of every sample of a node's result.
  private func isPerChannel(_ value: ValueID, of node: Node) -> Bool {
    let (sizes, result) = (nodes[value.index].sizes, node.sizes)
    return sizes.count == 4 && result.count == 4 && sizes == [result[0], 1, 1, result[3]]
  }
}
