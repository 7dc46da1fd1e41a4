import Inference
import JSON

extension LayerClass {
  static let lambdas: [String: LayerClass] = [
    "Lambda": LayerClass(check: { configuration throws(KerasError) in
      _ = try LambdaFunction(configuration)
    }) { layer, builder throws(KerasError) in
      let function = try LambdaFunction(layer.configuration)
      var evaluator = LambdaEvaluator(layer, builder)
      let result = try evaluator.call(function, &builder)
      guard let value = result.tensors else { throw evaluator.fault("it gives \(result.kind)") }
      return value
    }
  ]
}

/// What a `Lambda` layer calls.
enum LambdaFunction {
  /// A function of a library by its full name.
  case name(String)
  case code(PythonFunction)

  init(_ configuration: LayerConfiguration) throws(KerasError) {
    let saved = configuration["function"]
    if let name = saved?.string {
      try self.init(named: name, configuration)
    } else if let function = saved.flatMap({ ClassReference($0) }), function.isFunction {
      // Keras 3 saves the name only, whatever module it is from.
      try self.init(named: function.name, configuration)
    } else {
      try self.init(code: saved, configuration)
    }
  }

  private static func module(_ configuration: LayerConfiguration) -> String {
    configuration["module"]?.string.map(LibraryName.canonical) ?? ""
  }

  /// A function that has a name, which Keras 2 and ``CustomObjects/lambdas`` keep with its module.
  private init(named name: String, _ configuration: LayerConfiguration) throws(KerasError) {
    let identity = configuration.identity
    let full = Self.module(configuration) + "." + name
    guard LibraryName.isLibrary(full) else {
      throw identity.error(
        "it calls the Python function \(name), whose code the file does not hold",
        remedy: identity.lambdaRemedy)
    }
    self = .name(full)
  }

  /// A function's code with its defaults and the variables around it: Keras 3 has an object, Keras 2 a list.
  private init(code saved: JSONValue?, _ configuration: LayerConfiguration) throws(KerasError) {
    let identity = configuration.identity
    let config = saved?["config"]?["value"] ?? saved?["config"] ?? saved
    let parts =
      config?.unwrapped.array ?? ["code", "defaults", "closure"].map { config?[$0] ?? .null }
    guard let text = parts.first?.string else {
      throw identity.error("it holds Python code in an unknown form", remedy: identity.lambdaRemedy)
    }
    let program: PythonProgram
    do throws(LambdaFault) { program = try PythonProgram(keras: text) } catch {
      throw identity.error(
        "it holds Python code that is not understood: \(error.reason)", remedy: identity.lambdaRemedy)
    }
    let module = Self.module(configuration)
    if program.name == "preprocess_input", module.hasPrefix("keras.applications.") {
      self = .name(module + ".preprocess_input")
      return
    }
    func values(_ index: Int) -> [PythonValue] {
      guard parts.count > index else { return [] }
      return PythonValue(saved: parts[index]).elements ?? []
    }
    self = .code(PythonFunction(program: program, defaults: values(1), closure: values(2)))
  }
}

extension PythonValue {
  /// A tensor, or a list of tensors; nil: it is something else.
  fileprivate var tensors: Value? {
    switch self {
    case .value(.tensor(let tensor)): return .tensor(tensor)
    case .tuple(let elements), .list(let elements):
      let values = elements.compactMap(\.tensors)
      return values.isEmpty || values.count < elements.count ? nil : .list(values)
    default: return nil
    }
  }
}

extension CustomObjects {
  /// The configuration of a `Lambda` layer, which has the function that the file's owner names for it; unchanged if the
  /// owner names none.
  func naming(_ config: JSONValue, layer name: String, path: String) -> JSONValue {
    guard let function = lambdas[path] ?? lambdas[name], let object = config.object else { return config }
    let parts = function.split(separator: ".", omittingEmptySubsequences: false)
    let members: [JSONObject.Member] = [
      JSONObject.Member(name: "function", value: .string(String(parts.last ?? ""))),
      JSONObject.Member(name: "module", value: .string(parts.dropLast().joined(separator: "."))),
    ]
    return .object(object.replacing(members))
  }
}

extension LambdaEvaluator {
  /// Calls a layer's function with the layer's inputs and arguments.
  mutating func call(_ function: LambdaFunction, _ builder: inout GraphBuilder) throws(KerasError)
    -> PythonValue
  {
    guard let input = layer.arguments.positional.first ?? layer.arguments.argument(0, "inputs") else {
      throw layer.error("it is given no input")
    }
    var keywords = (layer.configuration["arguments"]?.object?.members ?? []).map {
      (key: $0.name, value: PythonValue(saved: $0.value))
    }
    let inputs = [PythonValue(result: input)]
    switch function {
    case .name(let name): return try call(.name(name), inputs, keywords, &builder)
    case .code(let function):
      let others = function.program.parameters.dropFirst()
      if others.contains("mask") { throw fault("it takes a mask") }
      if others.contains("training") { keywords.append(("training", .bool(false))) }
      return try call(.function(function), inputs, keywords, &builder)
    }
  }
}

extension LayerIdentity {
  /// What can be done about a function that is not understood.
  var lambdaRemedy: String {
    """
    build the model with layers of keras.layers or keras.ops instead and save it again, or say what the layer does if \
    Keras has it: "lambdas": {"\(path)": "keras.applications.mobilenet_v2.preprocess_input"} in thimble.json, \
    --lambda \(path)=... on the command line
    """
  }
}
