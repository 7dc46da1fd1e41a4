import Inference
import JSON

extension LambdaEvaluator {
  /// Calls a function of Python, of a library, or of this code.
  mutating func call(
    _ function: PythonValue, _ arguments: [PythonValue], _ keywords: [(key: String, value: PythonValue)],
    _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    switch function {
    case .function(let function): return try call(function, arguments, keywords, &builder)
    case .method(let name, let value): return try call(method: name, of: value, arguments, keywords, &builder)
    case .name(let name): return try call(name, arguments, keywords, &builder)
    default: throw fault("it calls \(function.kind)")
    }
  }

  private mutating func call(
    _ name: String, _ arguments: [PythonValue], _ keywords: [(key: String, value: PythonValue)],
    _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    func rest(_ module: String) -> String? { name.hasPrefix(module) ? String(name.dropFirst(module.count)) : nil }
    if let type = LibraryName.type(name), arguments.count == 1, keywords.isEmpty {
      return try convert(arguments[0], to: type, name, &builder)
    }
    if let function = rest("builtins.") { return try builtin(function, arguments, keywords, &builder) }
    if let function = rest("math.") { return try number(function, arguments) }
    if let result = try special(name, arguments, keywords, &builder) { return result }
    if let function = rest("tensorflow.") { return try tensorFlow(function, arguments, keywords, &builder) }
    if let function = rest("keras.applications.") {
      return try preprocess(function, arguments, keywords, &builder)
    }
    let tables = [
      ("keras.backend.", [LibraryFunction.kerasBackend]), ("keras.ops.image.", [LibraryFunction.kerasImages]),
      ("keras.ops.nn.", [LibraryFunction.kerasOperations]), ("keras.ops.", [LibraryFunction.kerasOperations]),
      ("keras.activations.", [LibraryFunction.kerasActivations]),
      ("numpy.", [LibraryFunction.numpy, LibraryFunction.kerasOperations]),
    ]
    for (module, texts) in tables {
      guard let function = rest(module) else { continue }
      for table in texts {
        guard let known = LibraryFunction.named(function, in: table) else { continue }
        // Keras' backend is TensorFlow where it is Keras 1's and 2's.
        return try call(
          known, name, arguments, keywords, version: module == "keras.backend." ? KerasVersion(major: 2) : nil,
          &builder)
      }
    }
    throw fault("it calls \(name), which is not supported")
  }

  /// Arguments by the names of a function's parameters.
  func bound(
    _ names: [String], _ arguments: [PythonValue], _ keywords: [(key: String, value: PythonValue)], _ name: String
  ) throws(KerasError) -> [(key: String, value: PythonValue)] {
    guard arguments.count <= names.count else { throw fault("it calls \(name) with too many arguments") }
    return zip(names, arguments).map { (key: $0, value: $1) } + keywords
  }

  /// A function of TensorFlow.
  private mutating func tensorFlow(
    _ function: String, _ arguments: [PythonValue], _ keywords: [(key: String, value: PythonValue)],
    _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    let (name, known) = try TensorFlowName(function, layer).found(fault)
    let last = String(name.split(separator: ".").last ?? "")
    let order = TensorFlowName.parameters(last) ?? Array(known.operands.dropFirst())
    var given = try bound([known.operands.first ?? ""] + order, arguments, keywords, "tf." + function)
    var call = CallArguments<Graph.ValueID>()
    if let first = arguments.first ?? given.first(where: { $0.key == known.operands.first })?.value {
      guard let value = first.argument else { throw fault("it calls tf.\(function) with \(first.kind)") }
      call.positional = [value]
      given.removeAll { $0.key == known.operands.first }
    }
    for (key, value) in given {
      guard let argument = value.argument else { throw fault("it calls tf.\(function) with \(value.kind)") }
      call.keywords.append((key, argument))
    }
    let context = layer.operation(JSONObject(), call, version: KerasVersion(major: 2))
    return PythonValue(result: try builder.call(tensorFlow: name, call, context))
  }

  /// A method of a tensor or shape.
  private mutating func call(
    method name: String, of value: PythonValue, _ arguments: [PythonValue],
    _ keywords: [(key: String, value: PythonValue)], _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    switch (value, name) {
    case (.value(.tensor), "get_shape") where arguments.isEmpty: return shape(of: value, builder)
    case (.tuple(let sizes), "as_list") where arguments.isEmpty: return .list(sizes)
    default: throw fault("it calls the method \(name) of \(value.kind), which is not supported")
    }
  }

  /// A number in a type, as `float(x)` and `numpy.float32(x)` make it.
  private mutating func convert(
    _ value: PythonValue, to type: String, _ name: String, _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    guard let number = value.number else {
      guard case .value = value, !name.hasPrefix("builtins.") else { throw fault("it calls \(name) with \(value.kind)") }
      return try apply("Cast", [value], with: [JSONObject.Member(name: "dtype", value: .string(type))], &builder)
    }
    switch NumberType(keras: type) {
    case .float: return .float(number.real)
    case .bool: return .bool(number.real != 0)
    default:
      guard let whole = Int(exactly: number.real.rounded(.towardZero)) else { throw fault("a number is too large") }
      return .int(whole)
    }
  }
}
