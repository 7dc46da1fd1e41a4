// What the steps can do with memory, as the memory plan needs to know it.

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
    switch nodes[index].operation {
    // Views have the memory of what they view; users write inputs and read outputs as they are.
    case .input, .constant, .reshape, .slice: return false
    default: return nodes[index].writesRows && readersAcceptRows(index, readers)
    }
  }

  /// Whether all that read a value can do so with its rows apart.
  func readersAcceptRows(_ index: Int, _ readers: [[Int]]) -> Bool {
    if isOutput(index) { return false }
    return readers[index].allSatisfy { reader in
      let node = nodes[reader]
      guard case .reshape = node.operation else { return node.readsRows }
      return node.sizes.last == nodes[index].sizes.last && readersAcceptRows(reader, readers)
    }
  }

  /// Whether a value should be written with gaps between its rows: pixels a multiple of 2 KB apart share a few sets
  /// of the first-level cache, and those under a window drive one another out of it.
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

extension Graph.Node {
  /// Values of weights and constants.
  var weightCount: Int {
    switch prologue {
    case .depthwise(let depthwise):
      operation.weightCount + Operation.depthwiseConvolution(depthwise.convolution).weightCount
    case .affine(let scale, let offset, _): operation.weightCount + scale.count + offset.count
    case .multiplication, nil: operation.weightCount
    }
  }

  /// Whether the step can write rows that are apart.
  var writesRows: Bool {
    switch operation {
    case .matMul, .transposedConvolution, .locallyConnected: false
    default: true
    }
  }

  /// Whether the step can read inputs whose rows are apart.
  var readsRows: Bool {
    switch operation {
    case .matMul, .transposedConvolution, .locallyConnected, .embedding, .oneHot: false
    default: true
    }
  }

  /// Whether the step may write its result over that input, of the same shape.
  func canOverwrite(_ position: Int) -> Bool {
    switch operation {
    case .unary, .affine, .parametricReLU, .softmax, .logSoftmax, .sparsemax, .normalization: true
    case .binary: true
    default: false
    }
  }
}

extension Operation {
  /// The weights that a step may pack.
  var kernel: Tensor? {
    switch self {
    case .convolution(let convolution): convolution.kernel
    case .depthwiseConvolution(let convolution): convolution.kernel
    case .transposedConvolution(let convolution): convolution.kernel
    case .locallyConnected(let layer): layer.kernel
    case .dense(let dense): dense.kernel
    default: nil
    }
  }

  /// Values of weights and constants.
  var weightCount: Int {
    func count(_ tensors: Tensor?...) -> Int { tensors.reduce(0) { $0 + ($1?.count ?? 0) } }
    return switch self {
    case .constant(let tensor), .embedding(let tensor), .parametricReLU(let tensor): tensor.count
    case .convolution(let convolution): count(convolution.kernel, convolution.bias)
    case .depthwiseConvolution(let convolution): count(convolution.kernel, convolution.bias)
    case .transposedConvolution(let convolution): count(convolution.kernel, convolution.bias)
    case .locallyConnected(let layer): count(layer.kernel, layer.bias)
    case .dense(let dense): count(dense.kernel, dense.bias)
    case .affine(let scale, let offset, _): count(scale, offset)
    case .normalization(let normalization): count(normalization.gamma, normalization.beta)
    default: 0
    }
  }
}
