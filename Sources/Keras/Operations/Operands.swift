import Inference
import JSON

// Operation nodes take tensors, and constants in the place of any of them. Parameters of an operation's
// constructor are in its configuration, as those of a layer are.

extension LayerCall {
  /// What the call gives for an operand: by position, or by one of its names; nil: nothing, or null.
  func optionalOperand(_ position: Int, _ names: String...) -> Value? {
    for name in names.isEmpty ? ["x"] : names {
      if let value = arguments.argument(position, name) { return value }
    }
    return nil
  }

  /// An operand as a tensor.
  func operand(_ position: Int = 0, _ names: String..., in builder: inout GraphBuilder) throws(KerasError)
    -> Graph.ValueID
  {
    for name in names.isEmpty ? ["x"] : names {
      if let value = arguments.argument(position, name) { return try builder.tensor(value, self) }
    }
    throw error("it is not given its operand \(position)")
  }

  /// The operands of a list, as tensors.
  func operands(_ position: Int = 0, _ name: String = "xs", in builder: inout GraphBuilder)
    throws(KerasError) -> [Graph.ValueID]
  {
    guard let value = arguments.argument(position, name) else { throw error("it is given no operands") }
    var elements = [value]
    switch value {
    case .list(let values): elements = values
    case .constant(.array(let values)): elements = values.map { .constant($0) }
    default: break
    }
    var tensors: [Graph.ValueID] = []
    for element in elements { tensors.append(try builder.tensor(element, self)) }
    if tensors.isEmpty { throw error("it is given no operands") }
    return tensors
  }

  /// A constant number among the operands.
  func number(_ position: Int, _ name: String, default fallback: Double) throws(KerasError) -> Float {
    guard let value = arguments.argument(position, name) else {
      return Float(try configuration.number(name, default: fallback))
    }
    guard let number = value.constant?.unwrapped.real else { throw error("its \"\(name)\" is not a number") }
    return Float(number)
  }

  /// A parameter that may hold sizes known at run time only: of the call, else of the configuration.
  func parameter(_ name: String) -> Value? {
    if let value = arguments.keywords.last(where: { $0.key == name })?.value { return value }
    return configuration[name].map { .constant($0.unwrapped) }
  }

  /// An axis or several, counted from the front; nil where the configuration names none.
  func axes(_ key: String = "axis", of value: Graph.ValueID, _ builder: GraphBuilder) throws(KerasError)
    -> [Int]?
  {
    guard configuration[key] != nil else { return nil }
    return try configuration.integers(key).map { axis throws(KerasError) in
      try builder.axes([axis], of: value, self)[0]
    }
  }

  /// One axis, counted from the front; nil where the configuration names none.
  func axis(_ key: String = "axis", of value: Graph.ValueID, _ builder: GraphBuilder) throws(KerasError)
    -> Int?
  {
    guard configuration[key] != nil else { return nil }
    return try builder.axes([configuration.integer(key)], of: value, self)[0]
  }
}

extension GraphBuilder {
  /// A value as a tensor of the graph: constants become one, lists are stacked along a new first axis.
  mutating func tensor(_ value: Value, _ layer: LayerCall) throws(KerasError) -> Graph.ValueID {
    switch value {
    case .tensor(let tensor): return tensor
    case .constant(let json): return try constant(json, layer)
    case .list(let elements):
      if let json = value.constant { return try constant(json, layer) }
      var rows: [Graph.ValueID] = []
      for element in elements {
        rows.append(try add(.slice([.newAxis]), [tensor(element, layer)], layer))
      }
      return try add(.concatenation(axis: 0), rows, layer)
    case .dictionary: throw layer.error("it is given a dictionary in the place of a tensor")
    case .size:
      throw layer.error(
        "it computes with the size of an axis that is known only at run time",
        remedy: "build the model with an Input of fixed size")
    }
  }

  private mutating func constant(_ json: JSONValue, _ layer: LayerCall) throws(KerasError) -> Graph.ValueID {
    let tensor = try Tensor(constant: json, layer)
    return constant(tensor, type: ValueType(constant: json, tensor), layer)
  }

  /// A single number, which broadcasts against anything.
  mutating func scalar(_ number: Float, _ layer: LayerCall) -> Graph.ValueID {
    constant(Tensor(shape: [], [number]), type: ValueType(number), layer)
  }

  /// The values of a constant; nil: the value is computed.
  func constantTensor(_ value: Graph.ValueID) -> Tensor? {
    if case .constant(let tensor) = graph.nodes[value.index].operation { return tensor }
    return nil
  }

  mutating func apply(_ function: Unary, _ value: Graph.ValueID, _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID
  { try add(.unary(function), [value], layer) }

  mutating func apply(_ function: Binary, _ a: Graph.ValueID, _ b: Graph.ValueID, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  { try add(.binary(function), [a, b], layer) }

  mutating func apply(_ function: Binary, _ a: Graph.ValueID, _ b: Float, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  { try add(.binary(function), [a, scalar(b, layer)], layer) }

  /// All values in one row.
  mutating func flattened(_ value: Graph.ValueID, _ layer: LayerCall) throws(KerasError) -> Graph.ValueID {
    shape(value).count == 1 ? value : try add(.reshape([-1]), [value], layer)
  }

  /// The size of an axis, which must be known.
  func size(_ axis: Int, of value: Graph.ValueID, _ layer: LayerCall) throws(KerasError) -> Int {
    let shape = shape(value)
    guard shape.indices.contains(axis), let size = shape[axis] else {
      throw layer.error(
        "it needs the size of axis \(axis), the shape is \(shape.text)",
        remedy: "build the model with an Input of fixed size")
    }
    return size
  }
}

extension Tensor {
  /// A number, a truth value, or lists of such.
  init(constant: JSONValue, _ layer: LayerCall) throws(KerasError) {
    var shape: [Int] = []
    var level = constant.unwrapped
    while let elements = level.array {
      shape.append(elements.count)
      guard let first = elements.first else { break }
      level = first
    }
    var values: [Float] = []
    func collect(_ json: JSONValue, depth: Int) -> Bool {
      if depth == shape.count {
        guard let number = json.real ?? json.bool.map({ $0 ? 1 : 0 }) else { return false }
        values.append(Float(number))
        return true
      }
      guard let elements = json.array, elements.count == shape[depth] else { return false }
      return elements.allSatisfy { collect($0, depth: depth + 1) }
    }
    guard collect(constant.unwrapped, depth: 0), shape.count <= 8 else {
      throw layer.error("it is given \(constant.kind) that is neither a number nor an array of numbers")
    }
    self.init(shape: shape, values)
  }
}
