/// A function of TensorFlow as code calls it.
struct TensorFlowName {
  private let function: String
  private let isTensorFlow2: Bool

  init(_ function: String, _ layer: LayerCall) {
    self.function = function
    isTensorFlow2 = layer.version.isTensorFlow2
  }

  /// The function, by the name that has its meaning.
  ///
  /// A file of Keras 2 does not say which TensorFlow ran it: what TensorFlow 1 and 2 do differently is refused where
  /// it may have been either.
  func found(_ fault: (String) -> KerasError) throws(KerasError) -> (name: String, TensorFlowFunction) {
    if isTensorFlow2, let known = TensorFlowFunction.named(function) { return (function, known) }
    if !isTensorFlow2, !Self.differing.contains(function) {
      for name in ["compat.v1." + function, function] {
        if let known = TensorFlowFunction.named(name) { return (name, known) }
      }
    }
    guard isTensorFlow2 || !Self.differing.contains(function) else {
      throw fault("it calls tf.\(function), which TensorFlow 1 and 2 do differently, and the file does not say which it was")
    }
    // Functions that only TensorFlow 1 had.
    guard let known = TensorFlowFunction.named("compat.v1." + function) else {
      throw fault("it calls tf.\(function), which is not supported")
    }
    return ("compat.v1." + function, known)
  }

  private static let differing: Set = ["where", "image.resize", "div", "image.resize_images"]

  /// A function's parameters after the first, in order, by the last part of its name; nil: its operands only.
  static func parameters(_ function: String) -> [String]? {
    if function.hasPrefix("reduce_") { return ["axis", "keepdims"] }
    return orders[function].map { $0.split(separator: " ").map(String.init) }
  }

  private static let orders = [
    "argmax": "axis", "argmin": "axis", "cast": "dtype", "clip_by_value": "clip_value_min clip_value_max",
    "concat": "axis", "cumsum": "axis exclusive reverse", "depth_to_space": "block_size", "expand_dims": "axis",
    "gelu": "approximate", "l2_normalize": "axis epsilon", "leaky_relu": "alpha",
    "local_response_normalization": "depth_radius bias alpha beta", "log_softmax": "axis",
    "max_pool": "ksize strides padding", "max_pool2d": "ksize strides padding",
    "avg_pool": "ksize strides padding", "avg_pool2d": "ksize strides padding", "moments": "axes",
    "norm": "ord axis keepdims", "one_hot": "depth", "pad": "paddings mode constant_values",
    "repeat": "repeats axis", "reshape": "shape", "resize": "size method", "resize_bilinear": "size align_corners",
    "resize_images": "size method align_corners", "resize_nearest_neighbor": "size align_corners",
    "reverse": "axis", "roll": "shift axis", "slice": "begin size", "softmax": "axis", "space_to_depth": "block_size",
    "split": "num_or_size_splits axis", "squeeze": "axis", "stack": "axis", "tile": "multiples", "transpose": "perm",
    "broadcast_to": "shape", "central_crop": "central_fraction", "matmul": "b transpose_a transpose_b",
    "tensordot": "b axes",
  ]
}
