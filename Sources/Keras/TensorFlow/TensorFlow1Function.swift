import JSON

extension TensorFlowFunction {
  /// The functions of `tf.compat.v1` that differ from those of the same name in TensorFlow 2, in their parameters or in
  /// what they do.
  /// https://www.tensorflow.org/versions/r2.15/api_docs/python/tf/compat/v1
  static let ofTensorFlow1 = Dictionary(families: [
    exported("", "math", functions: reductions), exported("", functions: arrangements),
    exported("", "linalg", functions: norms), exported("nn", functions: neural),
    exported("nn", "math", functions: softmaxes), exported("image", functions: images),
  ])

  private static let reductions: [String: TensorFlowFunction] = {
    var table: [String: TensorFlowFunction] = [:]
    // Deviation and variance are younger.
    for (name, operation) in reductionOperations where name != "std" && name != "variance" {
      table["reduce_" + name] = TensorFlowFunction(
        operation, ["input_tensor"], same: ["axis", "keepdims"],
        renamed: ["reduction_indices": "axis", "keep_dims": "keepdims"])
    }
    for (name, operation) in ["argmax": "Argmax", "argmin": "Argmin"] {
      table[name] = TensorFlowFunction(
        operation, ["input"], same: ["axis"], renamed: ["dimension": "axis"], defaults: ["axis": .integer(0)])
    }
    return table
  }()

  private static let arrangements: [String: TensorFlowFunction] = [
    "div": TensorFlowFunction("Divide", ["x", "y"]),
    "space_to_depth": TensorFlowFunction("SpaceToDepth", ["input"], same: ["block_size", "data_format"]),
    "depth_to_space": TensorFlowFunction("DepthToSpace", ["input"], same: ["block_size", "data_format"]),
    "floor_div": TensorFlowFunction("FloorDivide", ["x", "y"]),
    "squeeze": TensorFlowFunction("Squeeze", ["input"], same: ["axis"], renamed: ["squeeze_dims": "axis"]),
    "expand_dims": TensorFlowFunction("ExpandDims", ["input"], same: ["axis"], renamed: ["dim": "axis"]),
    "zeros_like": TensorFlowFunction("ZerosLike", ["tensor"], same: ["dtype"]),
    "ones_like": TensorFlowFunction("OnesLike", ["tensor"], same: ["dtype"]),
    "where": TensorFlowFunction("WhereRows", ["condition", "x", "y"]),
  ]

  private static let norms = [
    "norm": TensorFlowFunction(
      "Norm", ["tensor"], same: ["ord", "axis", "keepdims"], renamed: ["keep_dims": "keepdims"])
  ]

  private static let softmaxes = [
    "softmax": TensorFlowFunction("Softmax", ["logits"], same: ["axis"], renamed: ["dim": "axis"]),
    "log_softmax": TensorFlowFunction("LogSoftmax", ["logits"], same: ["axis"], renamed: ["dim": "axis"]),
  ]

  private static let neural: [String: TensorFlowFunction] = [
    "max_pool": pooling("MaxPool", of: "value"), "avg_pool": pooling("AveragePool", of: "value"),
    "avg_pool2d": pooling("AveragePool", of: "value"),
    "conv2d": TensorFlowFunction(
      "Conv", ["input", "filter"], same: window, renamed: ["dilations": "dilation_rate"]),
    "convolution": TensorFlowFunction(
      "Conv", ["input", "filter"], same: window + ["dilation_rate"], renamed: ["dilations": "dilation_rate"]),
    "depthwise_conv2d": TensorFlowFunction(
      "DepthwiseConv", ["input", "filter"], same: window,
      renamed: ["rate": "dilation_rate", "dilations": "dilation_rate"]),
    "moments": TensorFlowFunction(
      "Moments", ["x"], same: ["axes", "keepdims"], renamed: ["keep_dims": "keepdims"]),
  ]

  private static let images: [String: TensorFlowFunction] = {
    let resize = TensorFlowFunction(
      "LegacyResize", ["images"], same: ["size", "method", "align_corners"],
      required: ["preserve_aspect_ratio": .bool(false)])
    let parameters = ["size", "align_corners", "half_pixel_centers"]
    return [
      "resize": resize, "resize_images": resize,
      "resize_bilinear": TensorFlowFunction(
        "LegacyResize", ["images"], same: parameters, defaults: ["method": "bilinear"]),
      "resize_nearest_neighbor": TensorFlowFunction(
        "LegacyResize", ["images"], same: parameters, defaults: ["method": "nearest"]),
    ]
  }()
}
