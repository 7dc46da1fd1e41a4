extension Graph {
  private static let mostFusedWeights = 160 * 1024

  /// Lets 1x1 convolutions compute the depthwise convolutions that only they read, a few lines at a time: what lies
  /// between the two stays in a core's own cache.
  ///
  /// - Parameters:
  ///   - threads: that will share the work. Each computes the lines that its pixels need; where these are few, lines
  ///     would be computed more than once.
  /// Those of more weights gain nothing: weights do not stay in the cache from one band to the next.
  mutating func fuseDepthwise(threads: Int, kernels: KernelSet) {
    let counts = readCounts
    for index in nodes.indices {
      guard case .convolution(let convolution) = nodes[index].operation, convolution.isPointwise,
        convolution.groups == 1, let value = nodes[index].inputs.first, counts[value.index] == 1
      else { continue }
      let producer = nodes[value.index]
      guard case .depthwiseConvolution(let depthwise) = producer.operation, depthwise.kernel.shape[3] == 1,
        producer.sizes.dropLast().reduce(1, *) >= 3 * kernels.tileRows * threads,
        convolution.kernel.count <= Graph.mostFusedWeights
      else { continue }
      nodes[index].depthwise = DepthwiseStage(
        convolution: depthwise, scale: producer.outputScale, activation: producer.activation,
        shape: producer.sizes)
      nodes[index].inputs[0] = producer.inputs[0]
      nodes[index].fused.insert(contentsOf: [producer.name] + producer.fused, at: 0)
    }
    removeDeadNodes()
  }
}

/// A depthwise convolution that a 1x1 convolution begins with.
struct DepthwiseStage {
  let convolution: DepthwiseConvolution
  /// Factors that the kernel is still to be multiplied with, one a channel.
  let scale: Tensor?
  let activation: Unary?
  /// Of its result.
  let shape: [Int]
}
