import Inference

/// The graph under construction, with what building a layer needs.
struct GraphBuilder {
  private(set) var graph = Graph()

  /// Adds an operation of a layer.
  mutating func add(_ operation: Operation, _ inputs: [Graph.ValueID], _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID
  {
    do throws(GraphError) {
      return try graph.add(operation, inputs, name: layer.path)
    } catch {
      throw layer.error("\(error.operation): \(error.reason)")
    }
  }

  /// Adds a constant of a layer.
  mutating func constant(_ tensor: Tensor, _ layer: LayerCall) -> Graph.ValueID {
    graph.addConstant(tensor, name: layer.path)
  }

  /// The shape of a value, batch first; nil where unknown before the inputs are.
  func shape(_ value: Graph.ValueID) -> Shape { graph.shape(of: value) }
}
