// Sequences that models spell out and that are cheaper said in another way.

extension Graph {
  /// Recognises activations that are written as several operations.
  mutating func recognizeActivations() {
    rewrite { graph, index in
      switch graph.nodes[index].operation {
      case .unary(let unary): graph.recognizeHardSigmoid(unary, index)
      case .binary(.multiply): graph.recognizeGate(index)
      default: break
      }
      return nil
    }
  }

  private func unary(_ value: ValueID) -> Unary? {
    if case .unary(let unary) = nodes[value.index].operation { return unary }
    return nil
  }

  /// `relu6(x + 3) / 6` and the like.
  private mutating func recognizeHardSigmoid(_ unary: Unary, _ index: Int) {
    guard case .linear(let outerScale, 0) = unary, let clipped = nodes[index].inputs.first,
      let ceiling = self.unary(clipped)?.ceilingAboveZero, abs(outerScale * ceiling - 1) < 1e-6,
      let shifted = nodes[clipped.index].inputs.first,
      case .linear(let scale, let offset) = self.unary(shifted)
    else { return }
    nodes[index].operation = .unary(.hardSigmoid(slope: scale * outerScale, offset: offset * outerScale))
    nodes[index].inputs = nodes[shifted.index].inputs
    nodes[index].fused += [nodes[shifted.index].name, nodes[clipped.index].name]
  }

  /// `x * f(x)`.
  private mutating func recognizeGate(_ index: Int) {
    let inputs = nodes[index].inputs
    for (value, gate) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard let unary = unary(gate), nodes[gate.index].inputs == [value] else { continue }
      let whole: Unary
      switch unary {
      case .sigmoid: whole = .swish
      case .hardSigmoid(let slope, let offset)
      where abs(slope - 1 / 6) < 1e-7 && abs(offset - 0.5) < 1e-7:
        whole = .hardSwish
      default: continue
      }
      nodes[index].operation = .unary(whole)
      nodes[index].inputs = [value]
      nodes[index].fused.append(nodes[gate.index].name)
      return
    }
  }

  /// Takes means before 1 x 1 convolutions that are followed by them: both are linear, so the order does
  /// not matter, and there is less left to multiply.
  mutating func pullPoolingForward() {
    let counts = readCounts
    rewrite { graph, index in
      guard case .pooling(let pooling) = graph.nodes[index].operation, pooling.kind == .average,
        let value = graph.nodes[index].inputs.first, counts[value.index] == 1
      else { return nil }
      let producer = graph.nodes[value.index]
      guard case .convolution(let convolution) = producer.operation, convolution.isPointwise,
        graph.nodes[index].sizes.reduce(1, *) < producer.sizes.reduce(1, *)
      else { return nil }
      let channels = convolution.kernel.shape[2] * convolution.groups
      var pooled = graph.nodes[index]
      pooled.inputs = producer.inputs
      pooled.shape[3] = channels
      var product = producer
      product.inputs[0] = value
      product.shape = graph.nodes[index].shape
      graph.nodes[value.index] = pooled
      graph.nodes[index] = product
      return nil
    }
  }
}

extension Unary {
  /// The upper bound of a function that is the identity between 0 and that bound and flat outside.
  fileprivate var ceilingAboveZero: Float? {
    switch self {
    case .relu(negativeSlope: 0, ceiling: let ceiling?, threshold: 0): ceiling
    case .clip(low: 0, let high): high
    default: nil
    }
  }
}

extension Convolution {
  /// Whether each pixel of the result depends on the pixel in its own place alone.
  var isPointwise: Bool {
    kernel.shape[0] == 1 && kernel.shape[1] == 1 && strides == Extent(1, 1)
      && (border == .same || border == .valid)
  }
}
