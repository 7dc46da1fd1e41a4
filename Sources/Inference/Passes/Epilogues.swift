extension Graph {
  /// Lets operations add a residual and apply the activation that follows to results that are still at
  /// hand.
  mutating func fuseEpilogues() {
    let counts = readCounts
    rewrite { graph, index in
      switch graph.nodes[index].operation {
      case .binary(.add): graph.fuseResidual(index, counts)
      case .unary(let unary): graph.fuseActivation(unary, index, counts)
      default: break
      }
      return nil
    }
  }

  private mutating func fuseResidual(_ index: Int, _ counts: [Int]) {
    let node = nodes[index]
    let (a, b) = (node.inputs[0], node.inputs[1])
    guard a != b, nodes[a.index].shape == node.shape, nodes[b.index].shape == node.shape else { return }
    // The later of the two: the other is there when it runs.
    for (host, residual) in a.index > b.index ? [(a, b), (b, a)] : [(b, a), (a, b)] {
      var fused = nodes[host.index]
      guard counts[host.index] == 1, fused.takesResidual, fused.activation == nil, !fused.addsResidual
      else { continue }
      fused.inputs.append(residual)
      fused.addsResidual = true
      fused.fused.append(node.name)
      nodes[index] = fused
      return
    }
  }

  private mutating func fuseActivation(_ unary: Unary, _ index: Int, _ counts: [Int]) {
    guard unary.function != nil, let value = nodes[index].inputs.first, counts[value.index] == 1 else {
      return
    }
    var fused = nodes[value.index]
    guard fused.takesActivation, fused.activation == nil else { return }
    fused.activation = unary
    fused.fused.append(nodes[index].name)
    nodes[index] = fused
  }
}

extension Graph.Node {
  fileprivate var takesResidual: Bool {
    switch operation {
    case .convolution, .dense: true
    default: false
    }
  }

  fileprivate var takesActivation: Bool {
    switch operation {
    case .convolution, .depthwiseConvolution, .dense, .affine, .binary: true
    default: false
    }
  }
}
