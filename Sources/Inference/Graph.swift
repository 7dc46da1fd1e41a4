/// Sizes of a tensor's axes, outermost first; nil where the size is known only once the inputs are.
/// The batch is always axis 0 of an input and always nil there.
public typealias Shape = [Int?]

/// What a model computes: nodes in topological order, each of one ``Operation`` with one result.
///
/// Every tensor is float32. Images are channels last. Integers and truth values (indices, masks) are
/// floats too.
public struct Graph: Sendable {
  /// Names a value of one graph.
  public struct ValueID: Hashable, Sendable {
    /// Index into ``Graph/nodes``: a value is the result of exactly one node.
    public let index: Int
  }

  /// One operation and the values that it reads.
  public struct Node: Sendable {
    /// The layer that the node came from, for messages and profiles.
    public let name: String
    public var operation: Operation
    public var inputs: [ValueID]
    /// The result's shape, inferred when the node was added.
    public internal(set) var shape: Shape
    /// Applied to the operation's result, after the residual; set by the passes of a plan.
    var activation: Unary?
    /// Whether the last input, of the result's shape, is added to the operation's result.
    var addsResidual = false
    /// Factors that the kernel is still to be multiplied with, one an output channel.
    var outputScale: Tensor?
    /// What a 1x1 convolution does to its first input before all else.
    var prologue: Prologue?
    /// Layers whose work this node does as well.
    var fused: [String] = []

    init(name: String, operation: Operation, inputs: [ValueID], shape: Shape) {
      self.name = name
      self.operation = operation
      self.inputs = inputs
      self.shape = shape
    }

    /// The shape of a node of a graph whose shapes are all known.
    var sizes: [Int] { shape.compactMap { $0 } }
  }

  /// A model input or output as its user sees it.
  public struct Port: Sendable {
    public let name: String
    public internal(set) var value: ValueID
  }

  public internal(set) var nodes: [Node] = []
  public internal(set) var inputs: [Port] = []
  public internal(set) var outputs: [Port] = []

  public init() {}

  /// The shape of a value, as far as it is known without the inputs.
  public func shape(of value: ValueID) -> Shape { nodes[value.index].shape }

  /// Declares a model input.
  public mutating func addInput(name: String, shape: Shape) -> ValueID {
    let value = append(Node(name: name, operation: .input, inputs: [], shape: shape))
    inputs.append(Port(name: name, value: value))
    return value
  }

  /// Adds values that are the same in every run.
  public mutating func addConstant(_ tensor: Tensor, name: String) -> ValueID {
    append(Node(name: name, operation: .constant(tensor), inputs: [], shape: tensor.shape))
  }

  /// Adds an operation.
  /// - Parameter name: the layer it belongs to; errors carry it.
  /// - Throws: ``GraphError`` when the inputs' shapes do not fit the operation.
  public mutating func add(_ operation: Operation, _ inputs: [ValueID], name: String) throws(GraphError)
    -> ValueID
  {
    let result: Shape
    do throws(ShapeError) {
      if inputs.contains(where: { !nodes.indices.contains($0.index) }) {
        throw ShapeError(reason: "it reads a value of another graph")
      }
      result = try operation.resultShape(inputs.map { self.shape(of: $0) })
    } catch {
      throw GraphError(node: name, operation: operation.name, reason: error.reason)
    }
    return append(Node(name: name, operation: operation, inputs: inputs, shape: result))
  }

  /// Declares a model output.
  public mutating func addOutput(_ value: ValueID, name: String) {
    outputs.append(Port(name: name, value: value))
  }

  private mutating func append(_ node: Node) -> ValueID {
    nodes.append(node)
    return ValueID(index: nodes.count - 1)
  }
}

/// An operation was given inputs that do not fit it.
public struct GraphError: Error, CustomStringConvertible {
  /// The layer, as the model names it.
  public let node: String
  /// What the layer was to do, e.g. `convolution`.
  public let operation: String
  public let reason: String
  public var description: String { "layer \"\(node)\" (\(operation)): \(reason)" }
}
