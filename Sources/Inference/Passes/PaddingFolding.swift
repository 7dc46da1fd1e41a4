extension Graph {
  /// Makes explicit zeros around an image the border of the window operation that reads them.
  mutating func foldPadding() {
    rewrite { graph, index in
      guard let value = graph.nodes[index].inputs.first,
        let border = graph.nodes[value.index].zeroBorder
      else { return nil }
      let source = graph.nodes[value.index].inputs[0]
      switch graph.nodes[index].operation {
      case .convolution(var convolution):
        guard let sum = convolution.border.adding(border) else { return nil }
        convolution.border = sum
        graph.nodes[index].operation = .convolution(convolution)
      case .depthwiseConvolution(var convolution):
        guard let sum = convolution.border.adding(border) else { return nil }
        convolution.border = sum
        graph.nodes[index].operation = .depthwiseConvolution(convolution)
      case .pooling(var pooling):
        // Zeros count in a maximum as nothing does only if no value is below them.
        guard pooling.kind == .max, pooling.border == .valid, graph.isNonnegative(source),
          max(border.top, border.bottom) < pooling.window.height,
          max(border.left, border.right) < pooling.window.width
        else { return nil }
        pooling.border = .explicit(
          top: border.top, bottom: border.bottom, left: border.left, right: border.right)
        graph.nodes[index].operation = .pooling(pooling)
      default: return nil
      }
      graph.nodes[index].fused.append(graph.nodes[value.index].name)
      graph.nodes[index].inputs[0] = source
      return nil
    }
  }

  /// Whether a value surely has no negative element.
  private func isNonnegative(_ value: ValueID) -> Bool {
    let node = nodes[value.index]
    guard case .unary(let unary) = node.operation else { return false }
    switch unary {
    case .relu(negativeSlope: 0, _, let threshold): return threshold >= 0
    case .clip(let low, _): return low >= 0
    case .sigmoid, .softplus, .exponential, .exp, .hardSigmoid, .square, .abs: return true
    default: return false
    }
  }
}

private typealias ZeroBorder = (top: Int, bottom: Int, left: Int, right: Int)

extension Graph.Node {
  /// The border of zeros around height and width that the node adds, if that is all it does.
  fileprivate var zeroBorder: ZeroBorder? {
    guard case .padding(let before, let after, .constant(0)) = operation, before.count == 4,
      before[0] + after[0] + before[3] + after[3] == 0
    else { return nil }
    return (before[1], after[1], before[2], after[2])
  }
}

extension Border {
  fileprivate func adding(_ border: ZeroBorder) -> Border? {
    switch self {
    case .valid:
      .explicit(top: border.top, bottom: border.bottom, left: border.left, right: border.right)
    case .explicit(let top, let bottom, let left, let right):
      .explicit(
        top: top + border.top, bottom: bottom + border.bottom, left: left + border.left,
        right: right + border.right)
    // What `same` adds depends on the size that the zeros have changed.
    case .same: nil
    }
  }
}
