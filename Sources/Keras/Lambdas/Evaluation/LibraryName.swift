import JSON

/// What names of modules and functions mean. A function's code has names only: those that everybody gives to modules
/// are taken to mean these modules.
enum LibraryName {
  /// What a global name means; nil: it may mean anything.
  static func global(_ name: String) -> PythonValue? {
    if let module = modules[name] { return .name(module) }
    // Names to Python 2.
    if name == "True" || name == "False" { return .bool(name == "True") }
    return builtins.contains(name) ? .name("builtins." + name) : nil
  }

  /// The full name without what differs between packages that are one: `tensorflow.keras.backend` is `keras.backend`.
  static func canonical(_ name: String) -> String {
    for (prefix, other) in prefixes where name.hasPrefix(prefix) {
      let rest = name.dropFirst(prefix.count)
      if rest.isEmpty || rest.hasPrefix(".") { return canonical(other + rest) }
    }
    return name
  }

  private static let modules = [
    "K": "keras.backend", "backend": "keras.backend", "tf": "tensorflow", "tensorflow": "tensorflow",
    "np": "numpy", "numpy": "numpy", "jnp": "numpy", "keras": "keras", "ops": "keras.ops", "layers": "keras.layers",
    "activations": "keras.activations", "math": "math", "imagenet_utils": "keras.applications.imagenet_utils",
  ]

  private static let builtins: Set = [
    "abs", "bool", "enumerate", "float", "int", "len", "list", "max", "min", "pow", "range", "reversed", "round",
    "slice", "str", "sum", "tuple", "xrange", "zip",
  ]

  private static let prefixes = [
    ("tensorflow.keras", "keras"), ("tensorflow.python.keras", "keras"), ("tf_keras", "keras"),
    ("tf.keras", "keras"), ("keras.src", "keras"), ("keras.api", "keras"), ("keras._tf_keras.keras", "keras"),
    ("keras_core", "keras"), ("keras_applications", "keras.applications"), ("jax.numpy", "numpy"),
    ("tf", "tensorflow"), ("np", "numpy"), ("K", "keras.backend"), ("keras.ops.numpy", "keras.ops"),
    ("keras.ops.linalg", "keras.ops"), ("numpy.linalg", "numpy"),
  ]

  /// Whether a full name is one of a library that is known.
  static func isLibrary(_ name: String) -> Bool {
    let name = canonical(name)
    return name.contains(".") && modules.values.contains { name.hasPrefix($0 + ".") }
  }

  /// The value that a name stands for; nil: it is a module, function or type.
  static func constant(_ name: String) -> PythonValue? {
    switch name {
    case "numpy.pi", "math.pi": return .float(.pi)
    case "numpy.e", "math.e": return .float(2.718281828459045)
    case "numpy.inf", "math.inf": return .float(.infinity)
    case "numpy.nan", "math.nan": return .float(.nan)
    case "numpy.newaxis", "tensorflow.newaxis": return PythonValue.none
    default:
      let method = "tensorflow.image.ResizeMethod."
      guard name.hasPrefix(method) else { return nil }
      return .string(name.dropFirst(method.count) == "NEAREST_NEIGHBOR" ? "nearest" : lowercased(name, method))
    }
  }

  private static func lowercased(_ name: String, _ prefix: String) -> String {
    name.dropFirst(prefix.count).lowercased()
  }

  /// The type of numbers that a name means: `tensorflow.float32`, or Python's `float`.
  static func type(_ name: String) -> String? {
    let parts = name.split(separator: ".")
    guard parts.count == 2, let last = parts.last.map(String.init) else { return nil }
    switch parts[0] {
    case "builtins": return ["float": "float32", "int": "int32", "bool": "bool"][last]
    case "tensorflow", "numpy": return NumberType(keras: last) == nil ? nil : last
    default: return nil
    }
  }
}

extension LambdaEvaluator {
  /// `value.name`
  func attribute(_ name: String, of value: PythonValue, _ builder: GraphBuilder) throws(KerasError)
    -> PythonValue
  {
    switch value {
    case .name(let module):
      let full = LibraryName.canonical(module + "." + name)
      return LibraryName.constant(full) ?? .name(full)
    case .value(.tensor(let tensor)):
      let shape = builder.shape(tensor)
      switch name {
      case "shape": return self.shape(of: value, builder)
      case "ndim": return .int(shape.count)
      case "dtype": return .string(builder.type(tensor).name)
      default: return .method(name, of: value)
      }
    case .tuple(let elements) where name == "ndims" || name == "rank": return .int(elements.count)
    case .tuple: return .method(name, of: value)
    // TensorFlow 1's sizes are objects.
    case .int where name == "value": return value
    default: throw fault("it uses .\(name) of \(value.kind)")
    }
  }

  /// The sizes of a tensor.
  func shape(of value: PythonValue, _ builder: GraphBuilder) -> PythonValue {
    guard case .value(.tensor(let tensor)) = value else { return .none }
    return .tuple(
      builder.shape(tensor).enumerated().map { axis, size in
        size.map { .int($0) } ?? .value(.size(of: tensor, axis: axis))
      })
  }
}
