// Batch normalisation and other per-channel scalings become part of the weights next to them.

extension Graph {
  /// Folds scalings into the operation before, where nothing else reads that one's result.
  ///
  /// Biases are changed at once; the scale of the kernel is kept beside it (``Node/outputScale``) until
  /// the kernel is packed, so that at most one layer's weights exist twice.
  mutating func foldAffineBackward() {
    let counts = readCounts
    rewrite { graph, index in
      let node = graph.nodes[index]
      guard let (scale, offset) = node.channelScaling, let value = node.inputs.first,
        counts[value.index] == 1
      else { return nil }
      var producer = graph.nodes[value.index]
      guard producer.activation == nil, !producer.addsResidual,
        producer.scaleOutput(by: scale, adding: offset)
      else { return nil }
      producer.fused.append(node.name)
      graph.nodes[index] = producer
      return nil
    }
  }

  /// Folds scalings into the only operation after, where a border of zeros does not forbid it.
  mutating func foldAffineForward() {
    let counts = readCounts
    rewrite { graph, index in
      guard let value = graph.nodes[index].inputs.first, counts[value.index] == 1 else { return nil }
      let producer = graph.nodes[value.index]
      guard producer.activation == nil, let (scale, offset) = producer.channelScaling,
        graph.nodes[index].scaleInput(by: scale, adding: offset)
      else { return nil }
      graph.nodes[index].inputs[0] = producer.inputs[0]
      graph.nodes[index].fused.append(producer.name)
      return nil
    }
  }
}

extension Graph.Node {
  /// Scale and offset of every value of the last axis, if that is all that the node does.
  fileprivate var channelScaling: (scale: Tensor, offset: Tensor)? {
    guard let channels = sizes.last else { return nil }
    switch operation {
    case .affine(let scale, let offset, let axis) where axis == sizes.count - 1: return (scale, offset)
    case .unary(.linear(let scale, let offset)):
      return (
        Tensor(shape: [channels], Array(repeating: scale, count: channels)),
        Tensor(shape: [channels], Array(repeating: offset, count: channels))
      )
    case .unary(.negative):
      return (
        Tensor(shape: [channels], Array(repeating: -1, count: channels)),
        Tensor(shape: [channels], Array(repeating: 0, count: channels))
      )
    default: return nil
    }
  }

  /// Makes the result `result * scale + offset`.
  /// - Returns: false if the operation has no weights that could take it.
  fileprivate mutating func scaleOutput(by scale: Tensor, adding offset: Tensor) -> Bool {
    func folded(_ bias: Tensor?) -> Tensor {
      guard let bias else { return offset }
      return bias.combined(scale) { $0 * $1 }.combined(offset) { $0 + $1 }
    }
    switch operation {
    case .convolution(var convolution):
      convolution.bias = folded(convolution.bias)
      operation = .convolution(convolution)
    case .depthwiseConvolution(var convolution):
      convolution.bias = folded(convolution.bias)
      operation = .depthwiseConvolution(convolution)
    case .dense(var dense):
      dense.bias = folded(dense.bias)
      operation = .dense(dense)
    default: return false
    }
    outputScale = outputScale.map { $0.combined(scale) { $0 * $1 } } ?? scale
    return true
  }

  /// Makes the operation read `input * scale + offset` where it read the input.
  /// - Returns: false if it cannot.
  fileprivate mutating func scaleInput(by scale: Tensor, adding offset: Tensor) -> Bool {
    let isShifted = offset.values.contains { $0 != 0 }
    switch operation {
    case .convolution(var convolution):
      if isShifted && !convolution.border.isEmpty(for: convolution.kernel) { return false }
      let shape = convolution.kernel.shape
      let perGroup = shape[3] / convolution.groups
      (convolution.kernel, convolution.bias) = convolution.kernel.folding(
        scale, offset, bias: convolution.bias, units: shape[3], outputScale: outputScale
      ) { $0 / shape[3] % shape[2] + $0 % shape[3] / perGroup * shape[2] }
      operation = .convolution(convolution)
    case .depthwiseConvolution(var convolution):
      if isShifted && !convolution.border.isEmpty(for: convolution.kernel) { return false }
      let multiplier = convolution.kernel.shape[3]
      let channels = convolution.kernel.shape[2]
      (convolution.kernel, convolution.bias) = convolution.kernel.folding(
        scale, offset, bias: convolution.bias, units: channels * multiplier, outputScale: outputScale
      ) { $0 / multiplier % channels }
      operation = .depthwiseConvolution(convolution)
    case .dense(var dense):
      let units = dense.kernel.shape[1]
      (dense.kernel, dense.bias) = dense.kernel.folding(
        scale, offset, bias: dense.bias, units: units, outputScale: outputScale
      ) { $0 / units }
      operation = .dense(dense)
    default: return false
    }
    return true
  }
}

extension Tensor {
  /// A kernel with input channels scaled, and the bias that the inputs' offset amounts to.
  /// - Parameters:
  ///   - units: output channels, the fastest axis (or axes) of the kernel.
  ///   - outputScale: what the kernel is still to be multiplied with, which the bias has already seen.
  ///   - channel: the input channel that an element of the kernel multiplies.
  fileprivate func folding(
    _ scale: Tensor, _ offset: Tensor, bias: Tensor?, units: Int, outputScale: Tensor?,
    channel: (Int) -> Int
  ) -> (kernel: Tensor, bias: Tensor?) {
    var sums = Array(repeating: 0.0, count: units)
    let storage = TensorStorage(count: count) { memory in
      for index in 0..<count {
        let input = channel(index)
        memory[index] = values[index] * scale.values[input]
        sums[index % units] += Double(values[index]) * Double(offset.values[input])
      }
    }
    var result = bias
    if offset.values.contains(where: { $0 != 0 }) {
      let added = (0..<units).map { Float(sums[$0] * Double(outputScale?.values[$0] ?? 1)) }
      result = Tensor(
        shape: [units], zip(added, bias.map { Array($0.values) } ?? added.map { _ in 0 }).map(+))
    }
    return (Tensor(shape: shape, storage: storage), result)
  }

  /// The kernel times one factor for every output channel (its fastest axes).
  func scaled(by factors: Tensor?) -> Tensor {
    guard let factors else { return self }
    let storage = TensorStorage(count: count) { memory in
      let units = factors.count
      let (source, target, scale) = (values, memory, factors.values)
      for row in 0..<(count / units) {
        for unit in 0..<units { target[row * units + unit] = source[row * units + unit] * scale[unit] }
      }
    }
    return Tensor(shape: shape, storage: storage)
  }
}

extension Border {
  /// Whether it surely adds nothing.
  fileprivate func isEmpty(for kernel: Tensor) -> Bool {
    switch self {
    case .valid: true
    case .same: kernel.shape[0] == 1 && kernel.shape[1] == 1
    case .explicit: self == .explicit(top: 0, bottom: 0, left: 0, right: 0)
    }
  }
}
