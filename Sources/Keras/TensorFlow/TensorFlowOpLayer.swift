import Inference
import JSON
import System

// Before TensorFlow 2.4 tf.keras kept a node of TensorFlow's graph for each function in a functional model,
// as JSON of its protocol buffer, and the node's constant inputs by their positions.

extension LayerClass {
  static let tensorFlowNodes: [String: LayerClass] = [
    "TensorFlowOpLayer": LayerClass(build: buildTensorFlowNode)
  ]
}

/// A node's operation as the function that makes such nodes.
private struct TensorFlowNode: Sendable {
  let function: String
  /// The function's names for the node's inputs.
  let inputs: [String]
  /// The function's names for the node's attributes.
  let attributes: [String: String]

  init(_ function: String, _ inputs: [String] = ["x"], _ attributes: [String: String] = [:]) {
    self.function = function
    self.inputs = inputs
    self.attributes = attributes
  }

  static let all: [String: TensorFlowNode] = {
    var table: [String: TensorFlowNode] = [:]
    for (operation, function) in [
      "Neg": "negative", "Abs": "abs", "Sign": "sign", "Square": "square", "Sqrt": "sqrt", "Rsqrt": "rsqrt",
      "Reciprocal": "reciprocal", "Inv": "reciprocal", "Exp": "exp", "Expm1": "expm1", "Log": "log",
      "Log1p": "log1p", "Sin": "sin", "Cos": "cos", "Tan": "tan", "Asin": "asin", "Acos": "acos",
      "Atan": "atan", "Sinh": "sinh", "Cosh": "cosh", "Tanh": "tanh", "Erf": "erf", "Floor": "floor",
      "Ceil": "ceil", "Round": "round", "Rint": "rint", "Sigmoid": "sigmoid", "IsNan": "is_nan",
      "LogicalNot": "logical_not", "ZerosLike": "zeros_like", "OnesLike": "ones_like",
    ] { table[operation] = TensorFlowNode(function) }
    for (operation, function) in [
      "Relu": "nn.relu", "Relu6": "nn.relu6", "Elu": "nn.elu", "Selu": "nn.selu", "Softplus": "nn.softplus",
      "Softsign": "nn.softsign",
    ] { table[operation] = TensorFlowNode(function, ["features"]) }
    for (operation, function) in [
      "Add": "add", "AddV2": "add", "Sub": "subtract", "Mul": "multiply", "Div": "compat.v1.div",
      "RealDiv": "truediv",
      "FloorDiv": "floordiv", "FloorMod": "floormod", "Pow": "pow", "Maximum": "maximum",
      "Minimum": "minimum", "SquaredDifference": "squared_difference", "DivNoNan": "divide_no_nan",
      "Equal": "equal", "NotEqual": "not_equal", "Less": "less", "LessEqual": "less_equal",
      "Greater": "greater", "GreaterEqual": "greater_equal", "LogicalAnd": "logical_and",
      "LogicalOr": "logical_or",
    ] { table[operation] = TensorFlowNode(function, ["x", "y"]) }
    for (operation, function) in [
      "Mean": "reduce_mean", "Sum": "reduce_sum", "Max": "reduce_max", "Min": "reduce_min",
      "Prod": "reduce_prod",
      "Any": "reduce_any", "All": "reduce_all",
    ] { table[operation] = TensorFlowNode(function, ["input_tensor", "axis"], ["keep_dims": "keepdims"]) }
    let windows = [
      "ksize": "ksize", "strides": "strides", "padding": "padding", "data_format": "data_format",
      "dilations": "dilations",
    ]
    let others: [String: TensorFlowNode] = [
      "Identity": TensorFlowNode("identity", ["input"]),
      "StopGradient": TensorFlowNode("stop_gradient", ["input"]),
      "Cast": TensorFlowNode("cast", ["x"], ["DstT": "dtype"]),
      "LeakyRelu": TensorFlowNode("nn.leaky_relu", ["features"], ["alpha": "alpha"]),
      "BiasAdd": TensorFlowNode(
        "nn.bias_add", ["value", "bias"], ["data_format": "data_format"]),
      "Select": TensorFlowNode("compat.v1.where", ["condition", "x", "y"]),
      "SelectV2": TensorFlowNode("where", ["condition", "x", "y"]),
      "ClipByValue": TensorFlowNode("clip_by_value", ["t", "clip_value_min", "clip_value_max"]),
      "ArgMax": TensorFlowNode("argmax", ["input", "axis"]),
      "ArgMin": TensorFlowNode("argmin", ["input", "axis"]),
      "Cumsum": TensorFlowNode("cumsum", ["x", "axis"], ["exclusive": "exclusive", "reverse": "reverse"]),
      "Reshape": TensorFlowNode("reshape", ["tensor", "shape"]),
      "Transpose": TensorFlowNode("transpose", ["a", "perm"]),
      "Squeeze": TensorFlowNode("squeeze", ["input"], ["squeeze_dims": "axis"]),
      "ExpandDims": TensorFlowNode("expand_dims", ["input", "axis"]),
      "BroadcastTo": TensorFlowNode("broadcast_to", ["input", "shape"]),
      "Tile": TensorFlowNode("tile", ["input", "multiples"]),
      "ReverseV2": TensorFlowNode("reverse", ["tensor", "axis"]),
      "Roll": TensorFlowNode("roll", ["input", "shift", "axis"]),
      "Pad": TensorFlowNode("pad", ["tensor", "paddings"]),
      "PadV2": TensorFlowNode("pad", ["tensor", "paddings", "constant_values"]),
      "MirrorPad": TensorFlowNode("pad", ["tensor", "paddings"], ["mode": "mode"]),
      "Split": TensorFlowNode("split", ["axis", "value"], ["num_split": "num_or_size_splits"]),
      "SplitV": TensorFlowNode("split", ["value", "num_or_size_splits", "axis"]),
      "Unpack": TensorFlowNode("unstack", ["value"], ["axis": "axis"]),
      "Slice": TensorFlowNode("slice", ["input_", "begin", "size"]),
      "StridedSlice": TensorFlowNode(
        "strided_slice", ["input_", "begin", "end", "strides"],
        [
          "begin_mask": "begin_mask", "end_mask": "end_mask", "ellipsis_mask": "ellipsis_mask",
          "new_axis_mask": "new_axis_mask", "shrink_axis_mask": "shrink_axis_mask",
        ]),
      "GatherV2": TensorFlowNode("gather", ["params", "indices", "axis"], ["batch_dims": "batch_dims"]),
      "MatMul": TensorFlowNode(
        "matmul", ["a", "b"], ["transpose_a": "transpose_a", "transpose_b": "transpose_b"]),
      "BatchMatMul": TensorFlowNode("matmul", ["a", "b"], ["adj_x": "transpose_a", "adj_y": "transpose_b"]),
      "BatchMatMulV2": TensorFlowNode(
        "matmul", ["a", "b"], ["adj_x": "transpose_a", "adj_y": "transpose_b"]),
      "Shape": TensorFlowNode("shape", ["input"]),
      "Softmax": TensorFlowNode("nn.softmax", ["logits"]),
      "LogSoftmax": TensorFlowNode("nn.log_softmax", ["logits"]),
      "MaxPool": TensorFlowNode("nn.max_pool2d", ["input"], windows),
      "AvgPool": TensorFlowNode("nn.avg_pool2d", ["input"], windows),
      "Conv2D": TensorFlowNode("nn.conv2d", ["input", "filters"], windows),
      "DepthwiseConv2dNative": TensorFlowNode("nn.depthwise_conv2d", ["input", "filter"], windows),
      "LRN": TensorFlowNode(
        "nn.local_response_normalization", ["input"],
        ["depth_radius": "depth_radius", "bias": "bias", "alpha": "alpha", "beta": "beta"]),
      "SpaceToDepth": TensorFlowNode(
        "nn.space_to_depth", ["input"], ["block_size": "block_size", "data_format": "data_format"]),
      "DepthToSpace": TensorFlowNode(
        "nn.depth_to_space", ["input"], ["block_size": "block_size", "data_format": "data_format"]),
      "ResizeBilinear": TensorFlowNode(
        "compat.v1.image.resize_bilinear", ["images", "size"],
        ["align_corners": "align_corners", "half_pixel_centers": "half_pixel_centers"]),
      "ResizeNearestNeighbor": TensorFlowNode(
        "compat.v1.image.resize_nearest_neighbor", ["images", "size"],
        ["align_corners": "align_corners", "half_pixel_centers": "half_pixel_centers"]),
    ]
    return table.merging(others) { first, _ in first }
  }()
}

@Sendable private func buildTensorFlowNode(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  guard let node = layer.configuration["node_def"], let operation = node["op"]?.string else {
    throw layer.configuration.error("node_def", "a node of TensorFlow as an object with an \"op\"")
  }
  let inputs = try nodeInputs(layer)
  let attributes = node["attr"]?.object?.members ?? []
  func attribute(_ name: String) -> JSONValue? {
    attributes.last { $0.name == name }.flatMap { attributeValue($0.value) }
  }
  // These take any number of tensors.
  switch operation {
  case "ConcatV2":
    guard let axis = inputs.last, inputs.count > 1 else { throw layer.error("it is given no operands") }
    let call = CallArguments<Graph.ValueID>(
      positional: [.list(Array(inputs.dropLast()))], keywords: [("axis", axis)])
    return try builder.call(tensorFlow: "concat", call, layer)
  case "Pack":
    let axis = attribute("axis") ?? .integer(0)
    let call = CallArguments<Graph.ValueID>(
      positional: [.list(inputs)], keywords: [("axis", .constant(axis))])
    return try builder.call(tensorFlow: "stack", call, layer)
  case "AddN":
    return try builder.call(tensorFlow: "add_n", CallArguments(positional: [.list(inputs)]), layer)
  default: break
  }
  guard let known = TensorFlowNode.all[operation] else {
    throw layer.error(
      "the operation \"\(operation)\" of TensorFlow is not known",
      remedy: "build the model with layers of keras.layers instead and save it again")
  }
  guard inputs.count <= known.inputs.count else {
    throw layer.error("its operation \"\(operation)\" is given \(inputs.count) inputs")
  }
  var call = CallArguments<Graph.ValueID>()
  for (name, input) in zip(known.inputs, inputs) { call.keywords.append((name, input)) }
  for (name, parameter) in known.attributes {
    guard let value = attribute(name) else { continue }
    // No axes to squeeze: all of size 1.
    if name == "squeeze_dims", value.array?.isEmpty ?? false { continue }
    call.keywords.append((parameter, .constant(value)))
  }
  return try builder.call(tensorFlow: known.function, call, layer)
}

/// The node's inputs in order: constants at the positions that the configuration says, tensors at the others.
private func nodeInputs(_ layer: LayerCall) throws(KerasError) -> [Value] {
  var constants: [Int: JSONValue] = [:]
  for member in layer.configuration["constants"]?.object?.members ?? [] {
    guard let position = Int(member.name), (0..<64).contains(position) else {
      throw layer.configuration.error("constants", "values by position")
    }
    constants[position] = member.value
  }
  var tensors = layer.arguments.positional.flatMap { argument -> [Value] in
    if case .list(let elements) = argument { elements } else { [argument] }
  }[...]
  var inputs: [Value] = []
  while !tensors.isEmpty || constants[inputs.count] != nil {
    if let constant = constants[inputs.count] {
      inputs.append(.constant(constant))
    } else if let tensor = tensors.popFirst() {
      inputs.append(tensor)
    }
  }
  return inputs
}

/// An attribute of a node: `{"i": "2"}`, `{"b": true}`, `{"list": {"i": ["1", "2"]}}`, ...
private func attributeValue(_ attribute: JSONValue) -> JSONValue? {
  guard let member = attribute.object?.members.first else { return nil }
  switch member.name {
  case "i":
    return member.value.integer.map { .integer($0) }
      ?? member.value.string.flatMap { Int($0) }.map { .integer($0) }
  case "f", "b": return member.value
  case "s": return member.value.string.flatMap { decodeBase64($0) }.map { .string($0) }
  case "type": return member.value.string.map { .string(typeName($0)) }
  case "list":
    guard let list = member.value.object?.members.first else { return .array([]) }
    let elements = (list.value.array ?? []).compactMap { element in
      attributeValue(.object(JSONObject([JSONObject.Member(name: list.name, value: element)])))
    }
    return .array(elements)
  default: return nil
  }
}

/// `DT_INT32` as `int32`.
private func typeName(_ name: String) -> String {
  let type = name.hasPrefix("DT_") ? name.dropFirst(3).lowercased() : name.lowercased()
  return type == "float" ? "float32" : type
}

/// The text that base64 stands for; nil where it is not base64 of UTF-8.
private func decodeBase64(_ text: String) -> String? {
  Base64.decode(Array(text.utf8)).flatMap { String(validating: $0, as: UTF8.self) }
}
