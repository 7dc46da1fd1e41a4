import Inference
import JSON

// tf.keras turned functions of TensorFlow in functional models into layers: `TFOpLambda` and
// `SlicingOpLambda` from TensorFlow 2.4 on, `TensorFlowOpLayer` (see there) before.

extension LayerClass {
  static let tensorFlowFunctions: [String: LayerClass] = [
    "TFOpLambda": LayerClass(build: buildFunction),
    "SlicingOpLambda": LayerClass(build: buildFunction),
    "InstanceMethod": LayerClass(build: refuse), "InstanceProperty": LayerClass(build: refuse),
    "ClassMethod": LayerClass(build: refuse),
  ]

  @Sendable private static func refuse(_ layer: LayerCall, _ builder: inout GraphBuilder) throws(KerasError)
    -> Value
  {
    throw layer.error(
      "it calls a method of a TensorFlow object", remedy: "use functions of tf or layers instead")
  }

  @Sendable private static func buildFunction(_ layer: LayerCall, _ builder: inout GraphBuilder)
    throws(KerasError) -> Value
  {
    let name = try layer.configuration.string("function")
    return try builder.call(tensorFlow: name, layer.arguments, layer)
  }
}

extension GraphBuilder {
  /// Adds a call of a function of TensorFlow: `tf.nn.relu`, `math.add`, ...
  mutating func call(tensorFlow name: String, _ arguments: CallArguments<Graph.ValueID>, _ layer: LayerCall)
    throws(KerasError) -> Value
  {
    guard let function = TensorFlowFunction.named(name) else {
      throw layer.error(
        "the function \"\(name)\" of TensorFlow is not known",
        remedy: "build the model with layers of keras.layers instead and save it again")
    }
    let call = try function.call(arguments, layer)
    if let sizes = try ShapeArithmetic.result(of: function.operation, call) { return sizes }
    let table =
      LayerClass.operations[function.operation] ?? LayerClass.tensorFlowOperations[function.operation]
    guard let operation = table else { throw layer.error("the function \"\(name)\" is not supported") }
    return try operation.build(call, &self)
  }
}

extension TensorFlowFunction {
  /// The call of the operation that a call of the function means.
  func call(_ arguments: CallArguments<Graph.ValueID>, _ layer: LayerCall) throws(KerasError) -> LayerCall {
    var positional: [Value] = []
    for (index, name) in operands.enumerated() {
      let given = arguments.keywords.last { $0.key == name }?.value
      positional.append(
        index == 0 ? arguments.positional.first ?? given ?? .constant(.null) : given ?? .constant(.null))
    }
    var values = defaults.map { JSONObject.Member(name: $0, value: $1) }
    var keywords: [(key: String, value: Value)] = []
    for (name, value) in arguments.keywords
    where !operands.contains(name) && !TensorFlowFunction.idleParameters.contains(name) {
      let constant = value.constant
      if let constant, constant.isNull { continue }
      if let only = required[name] {
        guard let constant, constant == only || only.real != nil && constant.real == only.real else {
          throw layer.error("its argument \"\(name)\" must be \(only.text)")
        }
        continue
      }
      guard let key = parameters[name] else {
        throw layer.error("its argument \"\(name)\" is not known")
      }
      guard let constant else {
        keywords.append((key, value))
        continue
      }
      let normal = try TensorFlowFunction.normal(constant, key, layer)
      values.append(JSONObject.Member(name: key, value: normal))
    }
    return layer.operation(
      JSONObject(values), CallArguments(positional: positional, keywords: keywords))
  }

  /// Windows without the batch and the channels, and orders of axes by Keras' names.
  private static func normal(_ value: JSONValue, _ key: String, _ layer: LayerCall) throws(KerasError)
    -> JSONValue
  {
    switch key {
    case "pool_size", "strides", "dilation_rate":
      guard let sizes = value.array, sizes.count == 4 else { return value }
      guard sizes[0].integer == 1, sizes[3].integer == 1 else {
        throw layer.error("its \"\(key)\" moves over the batch or the channels")
      }
      return .array(Array(sizes[1...2]))
    case "size":
      guard let sizes = value.array, sizes.count == 4 else { return value }
      return .array(Array(sizes[1...2]))
    case "data_format":
      switch value.string {
      case "NHWC", "NWC", "channels_last": return "channels_last"
      case "NCHW", "NCW", "channels_first": return "channels_first"
      default: throw layer.error("its \"data_format\" is \(value.text)")
      }
    default: return value
    }
  }
}

/// Arithmetic on the sizes of shapes, which are not tensors here: what `tf.shape(x)` gives, on its way to
/// `tf.reshape`.
enum ShapeArithmetic {
  /// The result where no operand holds a tensor; nil: one does, or the operation computes tensors even so.
  static func result(of operation: String, _ call: LayerCall) throws(KerasError) -> Value? {
    let operands = call.arguments.positional
    guard operation != "Shape", let first = operands.first, operands.allSatisfy({ $0.tensors.isEmpty }) else {
      return nil
    }
    switch operation {
    case "Cast", "Copy", "ConvertToTensor", "StopGradient": return result(first)
    case "Stack": return .list([first])
    case "Concatenate":
      guard case .list(let parts) = first else { return nil }
      return .list([.list(parts.flatMap { elements($0) ?? [$0] })])
    case "Unstack": return elements(first).map { .list($0) }
    case "Prod":
      return elements(first).flatMap { product($0) }.map { .constant(.integer($0)) }
    case "Add", "Subtract", "Multiply", "FloorDivide":
      guard operands.count == 2, let a = operands[0].constant?.integer, let b = operands[1].constant?.integer
      else { return nil }
      return try fold(operation, a, b, call).map { .constant(.integer($0)) }
    default: return nil
    }
  }

  /// A list is one result, not several.
  private static func result(_ value: Value) -> Value {
    if case .list = value { .list([value]) } else { value }
  }

  private static func elements(_ value: Value) -> [Value]? {
    switch value {
    case .list(let elements): elements
    case .constant(let json): json.unwrapped.array.map { $0.map { .constant($0) } }
    default: nil
    }
  }

  private static func product(_ sizes: [Value]) -> Int? {
    var product = 1
    for size in sizes {
      guard let factor = size.constant?.integer else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      product = next
    }
    return product
  }

  private static func fold(_ operation: String, _ a: Int, _ b: Int, _ call: LayerCall) throws(KerasError)
    -> Int?
  {
    let (result, overflow): (Int, Bool)
    switch operation {
    case "Add": (result, overflow) = a.addingReportingOverflow(b)
    case "Subtract": (result, overflow) = a.subtractingReportingOverflow(b)
    case "Multiply": (result, overflow) = a.multipliedReportingOverflow(by: b)
    default:
      if b == 0 { throw call.error("it divides a size by 0") }
      (result, overflow) = a.dividedReportingOverflow(by: b)
      // Rounded down.
      if !overflow, result &* b != a, (a < 0) != (b < 0) { return result - 1 }
    }
    if overflow { throw call.error("a size is too large") }
    return result
  }
}
