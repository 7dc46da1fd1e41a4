extension Tensor {
  /// A tensor of the same shape with every value changed.
  func map(_ transform: (Float) -> Float) -> Tensor { Tensor(shape: shape, values.map(transform)) }

  /// A tensor of the same shape, made of this and another of as many values.
  func combined(_ other: Tensor, _ transform: (Float, Float) -> Float) -> Tensor {
    Tensor(shape: shape, zip(values, other.values).map(transform))
  }
}

extension Graph {
  /// Computes once what is the same in every run.
  mutating func foldConstants() throws(PlanError) {
    var failure: PlanError?
    rewrite { graph, index in
      let node = graph.nodes[index]
      if failure != nil || node.inputs.isEmpty { return nil }
      let constants = node.inputs.compactMap { graph.constant($0) }
      let count = node.sizes.reduce(1, *)
      // A result much larger than what it is made of is cheaper to make again.
      guard constants.count == node.inputs.count,
        count <= max(1 << 16, 2 * constants.reduce(0) { $0 + $1.count })
      else { return nil }
      do throws(PlanError) {
        graph.nodes[index].operation = .constant(try Graph.evaluate(node, constants))
        graph.nodes[index].inputs = []
      } catch {
        failure = error
      }
      return nil
    }
    if let failure { throw failure }
  }

  private static func evaluate(_ node: Node, _ inputs: [Tensor]) throws(PlanError) -> Tensor {
    if case .reshape = node.operation { return inputs[0].reshaped(node.sizes) }
    var graph = Graph()
    var single = node
    single.inputs = inputs.map { graph.addConstant($0, name: node.name) }
    graph.nodes.append(single)
    graph.addOutput(ValueID(index: graph.nodes.count - 1), name: node.name)
    let plan = try Plan(specialized: graph, workers: Workers(count: 1), options: PlanOptions())
    plan.run()
    return Tensor(shape: node.sizes, Array(plan.outputs[0].values))
  }

  /// Turns operations with a constant operand into simpler ones that can be folded and fused.
  mutating func useConstants() {
    rewrite { graph, index in
      switch graph.nodes[index].operation {
      case .binary(let binary): graph.useConstant(of: binary, index)
      case .matMul(transposeA: false, let transposeB): graph.useConstantMatrix(index, transposeB)
      default: break
      }
      return nil
    }
  }

  /// A product with a matrix of weights is a dense layer.
  private mutating func useConstantMatrix(_ index: Int, _ isTransposed: Bool) {
    guard let matrix = constant(nodes[index].inputs[1]), matrix.shape.dropLast(2).allSatisfy({ $0 == 1 }),
      nodes[nodes[index].inputs[0].index].shape.count == nodes[index].shape.count
    else { return }
    let rows = matrix.shape[matrix.shape.count - 2]
    let columns = matrix.shape[matrix.shape.count - 1]
    var kernel = matrix.reshaped([rows, columns])
    if isTransposed {
      let values = matrix.values
      kernel = Tensor(
        shape: [columns, rows], (0..<matrix.count).map { values[$0 % rows * columns + $0 / rows] })
    }
    nodes[index].operation = .dense(Dense(kernel: kernel, bias: nil))
    nodes[index].inputs.removeLast()
  }

  private mutating func useConstant(of binary: Binary, _ index: Int) {
    let node = nodes[index]
    let isFirst = constant(node.inputs[0]) != nil
    guard let constant = constant(node.inputs[isFirst ? 0 : 1]) else { return }
    let value = node.inputs[isFirst ? 1 : 0]
    guard nodes[value.index].shape == node.shape else { return }
    let simple: Operation?
    if constant.count == 1 {
      simple = Graph.scalar(binary, constant.values[0], isFirst: isFirst).map { .unary($0) }
    } else if let last = node.sizes.last, constant.count == last, constant.shape.last == last {
      simple = Graph.vector(binary, constant.reshaped([last]), isFirst: isFirst, axis: node.shape.count - 1)
    } else {
      simple = nil
    }
    guard let simple else { return }
    nodes[index].operation = simple
    nodes[index].inputs = [value]
  }

  private static func scalar(_ binary: Binary, _ constant: Float, isFirst: Bool) -> Unary? {
    switch binary {
    case .add: return .linear(scale: 1, offset: constant)
    case .multiply: return .linear(scale: constant, offset: 0)
    case .subtract:
      return isFirst ? .linear(scale: -1, offset: constant) : .linear(scale: 1, offset: -constant)
    case .divide where !isFirst && (1 / constant).isFinite: return .linear(scale: 1 / constant, offset: 0)
    case .divide where isFirst && constant == 1: return .reciprocal
    case .maximum: return .clip(low: constant, high: .infinity)
    case .minimum: return .clip(low: -.infinity, high: constant)
    case .power where !isFirst && constant == 2: return .square
    case .power where !isFirst && constant == 0.5: return .sqrt
    default: return nil
    }
  }

  private static func vector(_ binary: Binary, _ constant: Tensor, isFirst: Bool, axis: Int) -> Operation? {
    let ones = constant.map { _ in 1 }
    let zeros = constant.map { _ in 0 }
    switch binary {
    case .add: return .affine(scale: ones, offset: constant, axis: axis)
    case .multiply: return .affine(scale: constant, offset: zeros, axis: axis)
    case .subtract:
      return .affine(
        scale: isFirst ? ones.map { -$0 } : ones, offset: isFirst ? constant : constant.map { -$0 },
        axis: axis)
    case .divide where !isFirst && constant.values.allSatisfy { (1 / $0).isFinite }:
      return .affine(scale: constant.map { 1 / $0 }, offset: zeros, axis: axis)
    default: return nil
    }
  }
}
