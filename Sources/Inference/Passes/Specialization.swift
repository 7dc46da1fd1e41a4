extension Graph {
  /// The same graph for inputs of given shapes: all sizes known, and the operations in the simple forms
  /// that steps are written for (see ``Canonicalization``).
  func specialized(_ inputShapes: [[Int]]) throws(PlanError) -> Graph {
    guard inputShapes.count == inputs.count else {
      throw PlanError(reason: "the model has \(inputs.count) inputs, it is given \(inputShapes.count) shapes")
    }
    var canonical = Canonicalization()
    var values: [ValueID] = []
    values.reserveCapacity(nodes.count)
    for (index, node) in nodes.enumerated() {
      do throws(GraphError) {
        switch node.operation {
        case .input:
          guard let port = inputs.firstIndex(where: { $0.value.index == index }) else {
            throw GraphError(node: node.name, operation: "input", reason: "it is not declared")
          }
          let shape = inputShapes[port]
          try node.checkAccepts(shape)
          values.append(canonical.graph.addInput(name: inputs[port].name, shape: shape))
        case .constant(let tensor):
          values.append(canonical.graph.addConstant(tensor, name: node.name))
        default:
          values.append(
            try canonical.emit(node.operation, node.inputs.map { values[$0.index] }, name: node.name))
        }
      } catch {
        throw PlanError(error)
      }
    }
    var result = canonical.graph
    for node in result.nodes where node.shape.known == nil {
      throw PlanError(node: node.name, reason: "has the unknown shape \(node.shape.text)")
    }
    // The ports keep the model's order whatever the order of the nodes was.
    result.inputs = inputs.map { Port(name: $0.name, value: values[$0.value.index]) }
    result.outputs = outputs.map { Port(name: $0.name, value: values[$0.value.index]) }
    return result
  }
}

extension Graph.Node {
  /// Checks a concrete shape against a declared input's.
  fileprivate func checkAccepts(_ given: [Int]) throws(GraphError) {
    let fits = given.count == shape.count && zip(given, shape).allSatisfy { $1 == nil || $0 == $1 }
    if !fits {
      throw GraphError(
        node: name, operation: "input", reason: "it takes the shape \(shape.text), it is given \(given.text)")
    }
    do throws(ShapeError) {
      try Shape(given).checkLimits()
    } catch {
      throw GraphError(node: name, operation: "input", reason: error.reason)
    }
  }
}
