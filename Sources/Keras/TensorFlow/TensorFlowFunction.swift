import JSON

/// A function of TensorFlow as the operation of `keras.ops` that does the same.
///
/// Names are the last part of TensorFlow's: `relu` of `tf.nn.relu`, `truediv` of `tf.math.truediv`.
struct TensorFlowFunction: Sendable {
  /// The class of the operation.
  let operation: String
  /// TensorFlow's names of the tensors it takes, in the operation's order.
  let operands: [String]
  /// What TensorFlow calls parameters that have another name in Keras.
  let parameters: [String: String]
  /// Where TensorFlow's default is not Keras'.
  let defaults: [String: JSONValue]
  /// Parameters that must have these values (or be absent).
  let required: [String: JSONValue]

  init(
    _ operation: String, _ operands: [String], _ parameters: [String: String] = [:],
    defaults: [String: JSONValue] = [:], required: [String: JSONValue] = [:]
  ) {
    self.operation = operation
    self.operands = operands
    self.parameters = parameters
    self.defaults = defaults
    self.required = required
  }

  /// All functions by name.
  static let all = Dictionary(families: [elementwise, reductions, arrangements, neural, images])

  private static func unary(_ names: [String: String], _ operand: String) -> [String: TensorFlowFunction] {
    names.mapValues { TensorFlowFunction($0, [operand]) }
  }

  private static let elementwise: [String: TensorFlowFunction] = {
    var table = unary(
      [
        "negative": "Negative", "abs": "Absolute", "sign": "Sign", "square": "Square", "sqrt": "Sqrt",
        "rsqrt": "Rsqrt", "reciprocal": "Reciprocal", "exp": "Exp", "expm1": "Expm1", "log": "Log",
        "log1p": "Log1p", "sin": "Sin", "cos": "Cos", "tan": "Tan", "asin": "Arcsin", "acos": "Arccos",
        "atan": "Arctan", "sinh": "Sinh", "cosh": "Cosh", "tanh": "Tanh", "asinh": "Arcsinh",
        "acosh": "Arccosh", "atanh": "Arctanh", "erf": "Erf", "floor": "Floor", "ceil": "Ceil",
        "round": "Round", "rint": "Round", "sigmoid": "Sigmoid", "log_sigmoid": "LogSigmoid",
        "softplus": "Softplus", "is_nan": "Isnan", "is_finite": "Isfinite", "is_inf": "Isinf",
        "logical_not": "LogicalNot", "cast": "Cast", "zeros_like": "ZerosLike", "ones_like": "OnesLike",
      ], "x")
    table.merge(
      unary(
        [
          "relu": "Relu", "relu6": "Relu6", "elu": "Elu", "selu": "Selu", "silu": "Silu", "swish": "Silu",
          "softsign": "Softsign",
        ], "features")
    ) { first, _ in first }
    let binary = [
      "add": "Add", "subtract": "Subtract", "multiply": "Multiply", "divide": "Divide", "div": "Divide",
      "truediv": "TrueDivide", "floordiv": "FloorDivide", "floor_div": "FloorDivide", "floormod": "Mod",
      "mod": "Mod", "pow": "Power", "maximum": "Maximum", "minimum": "Minimum", "atan2": "Arctan2",
      "squared_difference": "SquaredDifference", "divide_no_nan": "DivideNoNan", "equal": "Equal",
      "not_equal": "NotEqual", "less": "Less", "less_equal": "LessEqual", "greater": "Greater",
      "greater_equal": "GreaterEqual", "logical_and": "LogicalAnd", "logical_or": "LogicalOr",
      "logical_xor": "LogicalXor",
    ]
    for (name, operation) in binary { table[name] = TensorFlowFunction(operation, ["x", "y"]) }
    table["identity"] = TensorFlowFunction("Copy", ["input"])
    table["stop_gradient"] = TensorFlowFunction("StopGradient", ["input"])
    table["convert_to_tensor"] = TensorFlowFunction("ConvertToTensor", ["value"])
    table["where"] = TensorFlowFunction("Where", ["condition", "x", "y"])
    table["clip_by_value"] = TensorFlowFunction(
      "Clip", ["t"], ["clip_value_min": "x_min", "clip_value_max": "x_max"])
    table["leaky_relu"] = TensorFlowFunction("LeakyRelu", ["features"], ["alpha": "negative_slope"])
    table["gelu"] = TensorFlowFunction("Gelu", ["features"], defaults: ["approximate": .bool(false)])
    table["bias_add"] = TensorFlowFunction("Add", ["value", "bias"])
    return table
  }()

  private static let reductions: [String: TensorFlowFunction] = {
    var table: [String: TensorFlowFunction] = [:]
    for (name, operation) in [
      "sum": "Sum", "mean": "Mean", "max": "Max", "min": "Min", "prod": "Prod", "std": "Std",
      "variance": "Var",
      "any": "Any", "all": "All", "logsumexp": "Logsumexp",
    ] {
      table["reduce_" + name] = TensorFlowFunction(
        operation, ["input_tensor"], ["reduction_indices": "axis", "keep_dims": "keepdims"])
    }
    table["argmax"] = TensorFlowFunction("Argmax", ["input"], defaults: ["axis": .integer(0)])
    table["argmin"] = TensorFlowFunction("Argmin", ["input"], defaults: ["axis": .integer(0)])
    table["cumsum"] = TensorFlowFunction(
      "Cumsum", ["x"], defaults: ["axis": .integer(0)],
      required: ["exclusive": .bool(false), "reverse": .bool(false)])
    table["norm"] = TensorFlowFunction("Norm", ["tensor"])
    table["l2_normalize"] = TensorFlowFunction("L2Normalize", ["x"], ["dim": "axis"])
    table["moments"] = TensorFlowFunction("Moments", ["x"])
    return table
  }()

  private static let arrangements: [String: TensorFlowFunction] = [
    "reshape": TensorFlowFunction("Reshape", ["tensor"]),
    "transpose": TensorFlowFunction(
      "Transpose", ["a"], ["perm": "axes"], required: ["conjugate": .bool(false)]),
    "squeeze": TensorFlowFunction("Squeeze", ["input"], ["squeeze_dims": "axis"]),
    "expand_dims": TensorFlowFunction("ExpandDims", ["input"], ["dim": "axis"]),
    "broadcast_to": TensorFlowFunction("BroadcastTo", ["input"]),
    "tile": TensorFlowFunction("Tile", ["input"], ["multiples": "repeats"]),
    "repeat": TensorFlowFunction("Repeat", ["input"]),
    "reverse": TensorFlowFunction("Flip", ["tensor"]),
    "roll": TensorFlowFunction("Roll", ["input"]),
    "pad": TensorFlowFunction("Pad", ["tensor", "constant_values"], ["paddings": "pad_width"]),
    "concat": TensorFlowFunction("Concatenate", ["values"]),
    "stack": TensorFlowFunction("Stack", ["values"]),
    "unstack": TensorFlowFunction("Unstack", ["value"]),
    "split": TensorFlowFunction("SplitSizes", ["value"]),
    "slice": TensorFlowFunction("Slice", ["input_", "begin"], ["size": "shape"]),
    "strided_slice": TensorFlowFunction("StridedSlice", ["input_"], ["strides": "steps"]),
    "getitem": TensorFlowFunction("GetItem", ["tensor", "slice_spec"]),
    "gather": TensorFlowFunction(
      "Take", ["params", "indices"], defaults: ["axis": .integer(0)], required: ["batch_dims": .integer(0)]),
    "one_hot": TensorFlowFunction("OneHot", ["indices"], ["depth": "num_classes"]),
    "matmul": TensorFlowFunction(
      "Matmul", ["a", "b"], required: ["adjoint_a": .bool(false), "adjoint_b": .bool(false)]),
    "tensordot": TensorFlowFunction("Tensordot", ["a", "b"]),
    "shape": TensorFlowFunction("Shape", ["input"]),
    "add_n": TensorFlowFunction("SumOfList", ["inputs"]),
  ]

  private static let neural: [String: TensorFlowFunction] = [
    "softmax": TensorFlowFunction("Softmax", ["logits"]),
    "log_softmax": TensorFlowFunction("LogSoftmax", ["logits"]),
    "max_pool2d": TensorFlowFunction("MaxPool", ["input"], ["ksize": "pool_size"]),
    "max_pool": TensorFlowFunction("MaxPool", ["input"], ["ksize": "pool_size"]),
    "avg_pool2d": TensorFlowFunction("AveragePool", ["input"], ["ksize": "pool_size"]),
    "avg_pool": TensorFlowFunction("AveragePool", ["input"], ["ksize": "pool_size"]),
    "conv2d": TensorFlowFunction("Conv", ["input", "filters"], ["dilations": "dilation_rate"]),
    "convolution": TensorFlowFunction("Conv", ["input", "filters"], ["dilations": "dilation_rate"]),
    "depthwise_conv2d": TensorFlowFunction(
      "DepthwiseConv", ["input", "filter"], ["dilations": "dilation_rate"]),
    "batch_normalization": TensorFlowFunction(
      "BatchNorm", ["x", "mean", "variance", "offset", "scale"], ["variance_epsilon": "epsilon"],
      defaults: ["axis": .integer(-1)]),
    "local_response_normalization": TensorFlowFunction("LocalResponseNormalization", ["input"]),
    "space_to_depth": TensorFlowFunction("SpaceToDepth", ["input"]),
    "depth_to_space": TensorFlowFunction("DepthToSpace", ["input"]),
  ]

  private static let images: [String: TensorFlowFunction] = [
    "resize": TensorFlowFunction(
      "Resize", ["images"], ["method": "interpolation"], required: ["preserve_aspect_ratio": .bool(false)]),
    "resize_bilinear": TensorFlowFunction("ResizeBilinear", ["images"]),
    "resize_nearest_neighbor": TensorFlowFunction("ResizeNearestNeighbor", ["images"]),
    "rgb_to_grayscale": TensorFlowFunction("RGBToGrayscale", ["images"]),
    "extract_patches": TensorFlowFunction(
      "ExtractPatches", ["images"], ["sizes": "size", "rates": "dilation_rate"]),
    "central_crop": TensorFlowFunction("CentralCrop", ["image"]),
    "flip_left_right": TensorFlowFunction("Flip", ["image"], defaults: ["axis": .integer(-2)]),
    "flip_up_down": TensorFlowFunction("Flip", ["image"], defaults: ["axis": .integer(-3)]),
    "per_image_standardization": TensorFlowFunction("PerImageStandardization", ["image"]),
  ]
}
