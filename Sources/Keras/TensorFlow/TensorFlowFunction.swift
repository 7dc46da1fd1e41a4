import JSON

/// A function of TensorFlow as the operation of `keras.ops` that does the same.
struct TensorFlowFunction: Sendable {
  /// The class of the operation.
  let operation: String
  /// TensorFlow's names of the tensors it takes, in the operation's order.
  let operands: [String]
  /// What Keras calls the function's other parameters that the operation knows, by TensorFlow's names.
  let parameters: [String: String]
  /// Where TensorFlow's default is not Keras'.
  let defaults: [String: JSONValue]
  /// Parameters that must have these values (or be absent).
  let required: [String: JSONValue]

  /// - Parameters:
  ///   - same: parameters that have the same name in Keras.
  ///   - renamed: parameters that have another.
  init(
    _ operation: String, _ operands: [String], same: [String] = [], renamed: [String: String] = [:],
    defaults: [String: JSONValue] = [:], required: [String: JSONValue] = [:]
  ) {
    self.operation = operation
    self.operands = operands
    parameters = renamed.merging(same.map { ($0, $0) }) { first, _ in first }
    self.defaults = defaults
    self.required = required
  }

  /// Parameters without a meaning for values.
  static let idleParameters: Set = [
    "name", "validate_indices", "out_type", "output_type", "num", "shift", "layout", "optimize",
    "a_is_sparse",
    "b_is_sparse", "use_cudnn_on_gpu", "preferred_dtype", "dtype_hint",
  ]

  /// The function of a full name: `math.add`, `nn.relu`, `compat.v1.image.resize`.
  ///
  /// The last part alone is not enough: `image.transpose` swaps height and width, `transpose` turns all axes around.
  static func named(_ name: String) -> TensorFlowFunction? {
    let first = "compat.v1."
    guard name.hasPrefix(first) else { return current[name] }
    let rest = String(name.dropFirst(first.count))
    // Most of TensorFlow 1's functions are those of today.
    return ofTensorFlow1[rest] ?? current[rest]
  }

  /// Functions under all names by which TensorFlow exports them.
  static func exported(_ modules: String..., functions: [String: Self]) -> [String: Self] {
    var table: [String: Self] = [:]
    for module in modules {
      for (name, function) in functions { table[module.isEmpty ? name : "\(module).\(name)"] = function }
    }
    return table
  }

  /// The functions of TensorFlow 2.
  static let current = Dictionary(families: [
    exported("", "math", functions: elementwise), exported("nn", "math", "", functions: activations),
    exported("", "math", functions: reductions), exported("", functions: arrangements),
    exported("", "linalg", functions: algebra), exported("nn", functions: neural),
    exported("nn", "math", functions: softmaxes), exported("nn", "math", "linalg", functions: unitLength),
    exported("image", functions: images),
    exported(
      "__operators__",
      functions: [
        "add": TensorFlowFunction("Add", ["x", "y"]),
        "getitem": TensorFlowFunction("GetItem", ["tensor", "slice_spec"]),
      ]),
  ])

  private static let elementwise: [String: TensorFlowFunction] = {
    let unary = [
      "negative": "Negative", "abs": "Absolute", "sign": "Sign", "square": "Square", "sqrt": "Sqrt",
      "rsqrt": "Rsqrt", "reciprocal": "Reciprocal", "exp": "Exp", "expm1": "Expm1", "log": "Log",
      "log1p": "Log1p", "sin": "Sin", "cos": "Cos", "tan": "Tan", "asin": "Arcsin", "acos": "Arccos",
      "atan": "Arctan", "sinh": "Sinh", "cosh": "Cosh", "asinh": "Arcsinh", "acosh": "Arccosh",
      "atanh": "Arctanh", "erf": "Erf", "floor": "Floor", "ceil": "Ceil", "round": "Round", "rint": "Round",
      "log_sigmoid": "LogSigmoid", "is_nan": "Isnan", "is_finite": "Isfinite", "is_inf": "Isinf",
      "logical_not": "LogicalNot",
    ]
    let binary = [
      "add": "Add", "subtract": "Subtract", "multiply": "Multiply", "divide": "Divide",
      "truediv": "TrueDivide", "floordiv": "FloorDivide", "floormod": "Mod", "mod": "Mod", "pow": "Power",
      "maximum": "Maximum", "minimum": "Minimum", "atan2": "Arctan2",
      "squared_difference": "SquaredDifference", "divide_no_nan": "DivideNoNan", "equal": "Equal",
      "not_equal": "NotEqual", "less": "Less", "less_equal": "LessEqual", "greater": "Greater",
      "greater_equal": "GreaterEqual", "logical_and": "LogicalAnd", "logical_or": "LogicalOr",
      "logical_xor": "LogicalXor",
    ]
    let others = [
      "cast": TensorFlowFunction("Cast", ["x"], same: ["dtype"]),
      "add_n": TensorFlowFunction("SumOfList", ["inputs"]),
    ]
    return Dictionary(families: [
      unary.mapValues { TensorFlowFunction($0, ["x"]) },
      binary.mapValues { TensorFlowFunction($0, ["x", "y"]) },
      others,
    ])
  }()

  private static let activations: [String: TensorFlowFunction] = {
    let plain = [
      "relu": "Relu", "relu6": "Relu6", "elu": "Elu", "selu": "Selu", "softsign": "Softsign",
      "softplus": "Softplus",
    ].mapValues { TensorFlowFunction($0, ["features"]) }
    let others = [
      "sigmoid": TensorFlowFunction("Sigmoid", ["x"]), "tanh": TensorFlowFunction("Tanh", ["x"]),
      "silu": TensorFlowFunction("Silu", ["features"], required: ["beta": .integer(1)]),
      "swish": TensorFlowFunction("Silu", ["features"], required: ["beta": .integer(1)]),
      "leaky_relu": TensorFlowFunction("LeakyRelu", ["features"], renamed: ["alpha": "negative_slope"]),
      "gelu": TensorFlowFunction(
        "Gelu", ["features"], same: ["approximate"], defaults: ["approximate": .bool(false)]),
    ]
    return plain.merging(others) { first, _ in first }
  }()

  private static let reductions: [String: TensorFlowFunction] = {
    var table: [String: TensorFlowFunction] = [:]
    for (name, operation) in reductionOperations {
      table["reduce_" + name] = TensorFlowFunction(operation, ["input_tensor"], same: ["axis", "keepdims"])
    }
    table["argmax"] = TensorFlowFunction("Argmax", ["input"], same: ["axis"], defaults: ["axis": .integer(0)])
    table["argmin"] = TensorFlowFunction("Argmin", ["input"], same: ["axis"], defaults: ["axis": .integer(0)])
    table["cumsum"] = TensorFlowFunction(
      "Cumsum", ["x"], same: ["axis"], defaults: ["axis": .integer(0)],
      required: ["exclusive": .bool(false), "reverse": .bool(false)])
    return table
  }()

  /// Those called `reduce_...`, by what follows.
  static let reductionOperations = [
    "sum": "Sum", "mean": "Mean", "max": "Max", "min": "Min", "prod": "Prod", "std": "Std", "variance": "Var",
    "any": "Any", "all": "All", "logsumexp": "Logsumexp",
  ]

  private static let arrangements: [String: TensorFlowFunction] = [
    "identity": TensorFlowFunction("Copy", ["input"]),
    "stop_gradient": TensorFlowFunction("StopGradient", ["input"]),
    "convert_to_tensor": TensorFlowFunction("ConvertToTensor", ["value"], same: ["dtype"]),
    "zeros_like": TensorFlowFunction("ZerosLike", ["input"], same: ["dtype"]),
    "ones_like": TensorFlowFunction("OnesLike", ["input"], same: ["dtype"]),
    "where": TensorFlowFunction("Where", ["condition", "x", "y"]),
    "clip_by_value": TensorFlowFunction(
      "Clip", ["t"], renamed: ["clip_value_min": "x_min", "clip_value_max": "x_max"]),
    "reshape": TensorFlowFunction("Reshape", ["tensor"], same: ["shape"]),
    "transpose": TensorFlowFunction(
      "Transpose", ["a"], renamed: ["perm": "axes"], required: ["conjugate": .bool(false)]),
    "squeeze": TensorFlowFunction("Squeeze", ["input"], same: ["axis"]),
    "expand_dims": TensorFlowFunction("ExpandDims", ["input"], same: ["axis"]),
    "broadcast_to": TensorFlowFunction("BroadcastTo", ["input"], same: ["shape"]),
    "tile": TensorFlowFunction("Tile", ["input"], renamed: ["multiples": "repeats"]),
    "repeat": TensorFlowFunction("Repeat", ["input"], same: ["repeats", "axis"]),
    "reverse": TensorFlowFunction("Flip", ["tensor"], same: ["axis"]),
    "roll": TensorFlowFunction("Roll", ["input"], same: ["shift", "axis"]),
    "pad": TensorFlowFunction(
      "Pad", ["tensor", "constant_values"], same: ["mode"], renamed: ["paddings": "pad_width"]),
    "concat": TensorFlowFunction("Concatenate", ["values"], same: ["axis"]),
    "stack": TensorFlowFunction("Stack", ["values"], same: ["axis"]),
    "unstack": TensorFlowFunction("Unstack", ["value"], same: ["axis"]),
    "split": TensorFlowFunction("SplitSizes", ["value"], same: ["num_or_size_splits", "axis"]),
    "slice": TensorFlowFunction("Slice", ["input_", "begin"], renamed: ["size": "shape"]),
    "strided_slice": TensorFlowFunction(
      "StridedSlice", ["input_"],
      same: [
        "begin", "end", "begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask",
      ], renamed: ["strides": "steps"]),
    "gather": TensorFlowFunction(
      "Take", ["params", "indices"], same: ["axis"], defaults: ["axis": .integer(0)],
      required: ["batch_dims": .integer(0)]),
    "one_hot": TensorFlowFunction(
      "OneHot", ["indices"], same: ["axis", "dtype"], renamed: ["depth": "num_classes"],
      required: ["on_value": .integer(1), "off_value": .integer(0)]),
    "shape": TensorFlowFunction("Shape", ["input"]),
  ]

  private static let algebra: [String: TensorFlowFunction] = [
    "matmul": TensorFlowFunction(
      "Matmul", ["a", "b"], same: ["transpose_a", "transpose_b"],
      required: ["adjoint_a": .bool(false), "adjoint_b": .bool(false)]),
    "tensordot": TensorFlowFunction("Tensordot", ["a", "b"], same: ["axes"]),
    "norm": TensorFlowFunction("Norm", ["tensor"], same: ["ord", "axis", "keepdims"]),
  ]

  private static let unitLength = [
    "l2_normalize": TensorFlowFunction(
      "L2Normalize", ["x"], same: ["axis", "epsilon"], renamed: ["dim": "axis"])
  ]

  private static let softmaxes = [
    "softmax": TensorFlowFunction("Softmax", ["logits"], same: ["axis"]),
    "log_softmax": TensorFlowFunction("LogSoftmax", ["logits"], same: ["axis"]),
  ]

  private static let neural: [String: TensorFlowFunction] = [
    "max_pool2d": pooling("MaxPool"), "max_pool": pooling("MaxPool"),
    "avg_pool2d": pooling("AveragePool"), "avg_pool": pooling("AveragePool"),
    "conv2d": TensorFlowFunction(
      "Conv", ["input", "filters"], same: window, renamed: ["dilations": "dilation_rate"]),
    "convolution": TensorFlowFunction(
      "Conv", ["input", "filters"], same: window, renamed: ["dilations": "dilation_rate"]),
    "depthwise_conv2d": TensorFlowFunction(
      "DepthwiseConv", ["input", "filter"], same: window, renamed: ["dilations": "dilation_rate"]),
    "bias_add": TensorFlowFunction("Add", ["value", "bias"], required: ["data_format": "NHWC"]),
    "batch_normalization": TensorFlowFunction(
      "BatchNorm", ["x", "mean", "variance", "offset", "scale"], renamed: ["variance_epsilon": "epsilon"],
      defaults: ["axis": .integer(-1)]),
    "moments": TensorFlowFunction("Moments", ["x"], same: ["axes", "keepdims"]),
    "local_response_normalization": TensorFlowFunction(
      "LocalResponseNormalization", ["input"], same: ["depth_radius", "bias", "alpha", "beta"]),
    "space_to_depth": TensorFlowFunction("SpaceToDepth", ["input"], same: ["block_size", "data_format"]),
    "depth_to_space": TensorFlowFunction("DepthToSpace", ["input"], same: ["block_size", "data_format"]),
  ]

  /// Parameters of all functions that slide a window.
  static let window = ["strides", "padding", "data_format"]

  /// - Parameter operand: what the function calls its input.
  static func pooling(_ operation: String, of operand: String = "input") -> TensorFlowFunction {
    TensorFlowFunction(operation, [operand], same: window, renamed: ["ksize": "pool_size"])
  }

  private static let images: [String: TensorFlowFunction] = [
    "resize": TensorFlowFunction(
      "Resize", ["images"], same: ["size", "antialias"], renamed: ["method": "interpolation"],
      required: ["preserve_aspect_ratio": .bool(false)]),
    "rgb_to_grayscale": TensorFlowFunction("RGBToGrayscale", ["images"]),
    "grayscale_to_rgb": TensorFlowFunction("Tile", ["images"], defaults: ["repeats": .integer(3)]),
    "extract_patches": TensorFlowFunction(
      "ExtractPatches", ["images"], same: ["strides", "padding"],
      renamed: ["sizes": "size", "rates": "dilation_rate"]),
    "central_crop": TensorFlowFunction("CentralCrop", ["image"], same: ["central_fraction"]),
    "flip_left_right": TensorFlowFunction("Flip", ["image"], defaults: ["axis": .integer(-2)]),
    "flip_up_down": TensorFlowFunction("Flip", ["image"], defaults: ["axis": .integer(-3)]),
    "per_image_standardization": TensorFlowFunction("PerImageStandardization", ["image"]),
  ]
}
