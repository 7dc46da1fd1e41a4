import Inference
import JSON

/// Follows a function of Python with tensors of the graph in the place of values: what it does with them becomes nodes.
/// Nothing is run; what is not understood is refused.
struct LambdaEvaluator {
  let layer: LayerCall
  /// Instructions that may follow.
  private var remaining = 4096
  private var depth = 0
  /// How many nodes the graph may have.
  private let nodeLimit: Int

  init(_ layer: LayerCall, _ builder: GraphBuilder) {
    self.layer = layer
    nodeLimit = builder.graph.nodes.count + 1 << 14
  }

  func fault(_ reason: String) -> KerasError {
    layer.error("its Python code is read, not run: " + reason, remedy: layer.description.identity.lambdaRemedy)
  }

  /// Calls a function.
  mutating func call(
    _ function: PythonFunction, _ arguments: [PythonValue], _ keywords: [(key: String, value: PythonValue)],
    _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    depth += 1
    defer { depth -= 1 }
    if depth > 16 { throw fault("it calls functions within functions too often") }
    var frame = PythonFrame(function.program)
    try bind(function, arguments, keywords, &frame)
    while true {
      remaining -= 1
      if remaining < 0 { throw fault("it takes too many steps") }
      if builder.graph.nodes.count > nodeLimit { throw fault("it computes too many values") }
      if let result = try step(&frame, &builder) { return result }
    }
  }

  /// Gives the parameters their values.
  private func bind(
    _ function: PythonFunction, _ arguments: [PythonValue], _ keywords: [(key: String, value: PythonValue)],
    _ frame: inout PythonFrame
  ) throws(KerasError) {
    let program = function.program
    let positional = program.parameters.dropLast(program.keywordOnlyCount)
    if program.takesAny { throw fault("\(program.name) takes any number of arguments") }
    if program.isGenerator { throw fault("\(program.name) is a generator") }
    guard arguments.count <= positional.count, function.defaults.count <= positional.count,
      function.closure.count == program.free.count
    else { throw fault("\(program.name) is not given the arguments that it takes") }
    for (name, value) in zip(program.free, function.closure) { frame.variables[name] = value }
    for (name, value) in zip(positional.suffix(function.defaults.count), function.defaults) {
      frame.variables[name] = value
    }
    for (name, value) in zip(positional, arguments) { frame.variables[name] = value }
    for (name, value) in keywords {
      guard program.parameters.dropFirst(arguments.count).contains(name) else {
        throw fault("\(program.name) has no argument \"\(name)\"")
      }
      frame.variables[name] = value
    }
    if let missing = program.parameters.first(where: { frame.variables[$0] == nil }) {
      throw fault("\(program.name) is not given its argument \"\(missing)\"")
    }
  }

  /// Whether a condition holds.
  func truth(_ value: PythonValue) throws(KerasError) -> Bool {
    switch value {
    case .none: return false
    case .bool(let value): return value
    case .int(let value): return value != 0
    case .float(let value): return value != 0
    case .string(let text): return !text.isEmpty
    case .tuple(let elements), .list(let elements): return !elements.isEmpty
    case .value(.tensor): throw fault("a condition depends on the values of a tensor")
    default: throw fault("a condition depends on \(value.kind)")
    }
  }

  /// An operation of `keras.ops` by its class.
  /// - Parameters:
  ///   - parameters: of the operation's constructor.
  ///   - keywords: parameters that hold what is known only later.
  ///   - version: nil: the file's.
  mutating func apply(
    _ operation: String, _ operands: [PythonValue], with parameters: [JSONObject.Member] = [],
    keywords: [(key: String, value: Value)] = [], version: KerasVersion? = nil, _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    var values: [Value] = []
    for operand in operands {
      guard let value = operand.argument else { throw fault("it computes with \(operand.kind)") }
      values.append(value)
    }
    guard let known = LayerClass.operations[operation] ?? LayerClass.tensorFlowOperations[operation] else {
      throw fault("the operation \(operation) is not known")
    }
    let call = layer.operation(
      JSONObject(parameters), CallArguments(positional: values, keywords: keywords), version: version)
    if let sizes = try ShapeArithmetic.result(of: operation, call) { return PythonValue(result: sizes) }
    return PythonValue(result: try known.build(call, &builder))
  }
}
