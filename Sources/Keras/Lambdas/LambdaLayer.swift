import Inference
import JSON

extension LayerClass {
  static let lambdas: [String: LayerClass] = [
    "Lambda": LayerClass { layer, builder throws(KerasError) in
      let code = try LambdaFunction(layer, builder.lambdas)
      var evaluator = LambdaEvaluator(layer, builder)
      let result = try evaluator.call(code, &builder)
      guard let value = result.argument, !value.tensors.isEmpty else {
        throw evaluator.fault("it gives \(result.kind)")
      }
      return value
    }
  ]
}

/// What a `Lambda` layer calls.
enum LambdaFunction {
  /// A function of a library by its full name.
  case name(String)
  case code(PythonFunction)

  /// - Parameter names: functions that the model's owner names, by layers.
  init(_ layer: LayerCall, _ names: [String: String]) throws(KerasError) {
    if let name = names[layer.description.name] ?? names[layer.path] {
      self = .name(LibraryName.canonical(name))
      return
    }
    let saved = layer.configuration["function"]
    if let text = saved?.string { try self.init(named: text, layer) } else if let name = saved.flatMap(ClassReference.init), name.isFunction {
      // Keras 3 saves the name only, whatever module it is from.
      try self.init(named: name.name, layer)
    } else {
      try self.init(saved, layer)
    }
  }

  /// A function that has a name.
  private init(named name: String, _ layer: LayerCall) throws(KerasError) {
    let module = layer.configuration["module"]?.string.map(LibraryName.canonical) ?? ""
    guard module.hasPrefix("keras.") else {
      throw layer.error(
        "it calls the Python function \(name), whose code the file does not hold", remedy: layer.lambdaRemedy)
    }
    self = .name(module + "." + name)
  }

  /// A function's code with its defaults and the variables around it: Keras 3 has an object, Keras 2 a list.
  private init(_ saved: JSONValue?, _ layer: LayerCall) throws(KerasError) {
    let config = saved?["config"]?["value"] ?? saved?["config"] ?? saved
    let parts = config?.array ?? [config?["code"], config?["defaults"], config?["closure"]].map { $0 ?? .null }
    guard let text = parts.first?.string else {
      throw layer.error("it holds Python code in an unknown form", remedy: layer.lambdaRemedy)
    }
    let program: PythonProgram
    do throws(LambdaFault) { program = try PythonProgram(keras: text) } catch {
      throw layer.error("it holds Python code that is not understood: \(error.reason)", remedy: layer.lambdaRemedy)
    }
    let module = layer.configuration["module"]?.string.map(LibraryName.canonical) ?? ""
    if program.name == "preprocess_input", module.hasPrefix("keras.applications.") {
      self = .name(module + ".preprocess_input")
      return
    }
    func values(_ index: Int) -> [PythonValue] {
      guard parts.count > index, !parts[index].isNull else { return [] }
      return PythonValue(saved: parts[index]).elements ?? []
    }
    self = .code(PythonFunction(program: program, defaults: values(1), closure: values(2)))
  }
}

extension LambdaEvaluator {
  /// Calls a layer's function with the layer's inputs and arguments.
  mutating func call(_ function: LambdaFunction, _ builder: inout GraphBuilder) throws(KerasError) -> PythonValue {
    guard let input = layer.arguments.positional.first ?? layer.arguments.argument(0, "inputs") else {
      throw layer.error("it is given no input")
    }
    var keywords = (layer.configuration["arguments"]?.object?.members ?? []).map {
      (key: $0.name, value: PythonValue(saved: $0.value))
    }
    switch function {
    case .name(let name): return try call(.name(name), [PythonValue(result: input)], keywords, &builder)
    case .code(let function):
      if function.program.parameters.dropFirst().contains("mask") { throw fault("it takes a mask") }
      if function.program.parameters.dropFirst().contains("training") { keywords.append(("training", .bool(false))) }
      return try call(.function(function), [PythonValue(result: input)], keywords, &builder)
    }
  }
}
