import Inference
import JSON

extension LambdaEvaluator {
  /// Functions that are more, or less, than an operation; nil: it is none of them.
  mutating func special(
    _ name: String, _ arguments: [PythonValue], _ keywords: [(key: String, value: PythonValue)],
    _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue? {
    func bound(_ names: String) throws(KerasError) -> [PythonValue] {
      let names = names.split(separator: " ").map(String.init)
      let given = try self.bound(names, arguments, keywords.filter { $0.key != "name" }, name)
      if let unknown = given.first(where: { !names.contains($0.key) }) {
        throw fault("it calls \(name) with the argument \"\(unknown.key)\", which is not known")
      }
      return names.map { name in given.last { $0.key == name }?.value ?? .none }
    }
    switch name {
    case "keras.backend.epsilon", "keras.config.epsilon": return .float(1e-7)
    case "keras.backend.floatx", "keras.config.floatx": return .string("float32")
    case "keras.backend.learning_phase": return .int(0)
    case "keras.backend.int_shape", "keras.backend.shape", "keras.ops.shape", "numpy.shape":
      let x = try bound("x")[0]
      guard case .value(.tensor) = x else { throw fault("it calls \(name) with \(x.kind)") }
      return shape(of: x, builder)
    case "keras.backend.ndim", "keras.ops.ndim", "numpy.ndim", "tensorflow.rank":
      guard case .value(.tensor(let x)) = try bound("x")[0] else { throw fault("it calls \(name) with no tensor") }
      return .int(builder.shape(x).count)
    case "tensorflow.constant", "keras.backend.constant", "numpy.array", "numpy.asarray", "keras.ops.array",
      "keras.ops.convert_to_tensor":
      let given = try bound(name.hasPrefix("keras.ops") ? "x dtype" : "value dtype")
      let usual = name == "keras.backend.constant" ? "float32" : nil
      return try array(given[0], given[1], usual, name, &builder)
    case "keras.backend.sqrt":
      // Keras takes numbers below 0 for 0 there.
      let x = try apply("Maximum", [try bound("x")[0], .float(0)], &builder)
      return try apply("Sqrt", [x], &builder)
    case "keras.backend.relu":
      let given = try bound("x alpha max_value threshold")
      return try rectified(given[0], slope: given[1], ceiling: given[2], threshold: given[3], &builder)
    case "keras.activations.relu":
      let slope = layer.version.major >= 3 ? "negative_slope" : "alpha"
      let given = try bound("x \(slope) max_value threshold")
      return try rectified(given[0], slope: given[1], ceiling: given[2], threshold: given[3], &builder)
    case "keras.backend.hard_sigmoid":
      let x = try bound("x")[0]
      let line = try binary(.add, try binary(.multiply, x, .float(0.2), &builder), .float(0.5), &builder)
      return try apply("Clip", [line], with: [.init(name: "x_min", value: .integer(0)), .init(name: "x_max", value: .integer(1))], &builder)
    case "keras.backend.batch_flatten":
      return try apply("Reshape", [try bound("x")[0]], with: [.init(name: "shape", value: [.null, .integer(-1)])], &builder)
    case "keras.backend.in_train_phase":
      // What is not training.
      let other = try bound("x alt training")[1]
      if case .function(let function) = other { return try call(function, [], [], &builder) }
      return other
    case "keras.backend.resize_images": return try resized(try bound("x height_factor width_factor data_format interpolation"), &builder)
    case "keras.backend.switch":
      let given = try bound("condition then_expression else_expression")
      return try apply("Where", given, &builder)
    default: return nil
    }
  }

  /// An array of numbers.
  private mutating func array(
    _ value: PythonValue, _ type: PythonValue, _ usual: String?, _ name: String, _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    var wanted = usual
    if case .none = type {} else {
      guard case .string(let name)? = type.argument?.constant else { throw fault("it makes an array of \(type.kind)") }
      wanted = name
    }
    guard let argument = value.argument else { throw fault("it makes an array of \(value.kind)") }
    guard let constant = argument.constant else {
      guard case .tensor = argument else { throw fault("it makes an array of what is computed") }
      guard let wanted else { return value }
      return try apply("Cast", [value], with: [.init(name: "dtype", value: .string(wanted))], &builder)
    }
    switch wanted.map({ NumberType(keras: $0) }) {
    case nil: return .value(.constant(constant))
    case .float?: return .value(.constant(constant.asReals))
    default: throw fault("it makes an array of the type \(wanted ?? "")")
    }
  }

  private mutating func rectified(
    _ x: PythonValue, slope: PythonValue, ceiling: PythonValue, threshold: PythonValue,
    _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    func number(_ value: PythonValue) throws(KerasError) -> Float? {
      if case .none = value { return nil }
      guard let number = value.number else { throw fault("it calls relu with \(value.kind)") }
      return Float(number.real)
    }
    guard case .value(.tensor(let tensor)) = x else { throw fault("it calls relu with \(x.kind)") }
    let function = Unary.relu(
      negativeSlope: try number(slope) ?? 0, ceiling: try number(ceiling), threshold: try number(threshold) ?? 0)
    return .value(.tensor(try builder.apply(function, tensor, layer.operation(JSONObject(), CallArguments()))))
  }

  /// Enlarges images by whole factors.
  private mutating func resized(_ given: [PythonValue], _ builder: inout GraphBuilder) throws(KerasError)
    -> PythonValue
  {
    guard case .value(.tensor(let image)) = given[0], case .int(let height) = given[1],
      case .int(let width) = given[2], builder.shape(image).count == 4, (1...1 << 10).contains(height),
      (1...1 << 10).contains(width)
    else { throw fault("it calls resize_images with no image, or factors that are no whole numbers") }
    switch given[3] {
    case .none, .string("channels_last"): break
    default: throw fault("it calls resize_images with a data_format")
    }
    switch given[4] {
    case .none, .string("nearest"): break
    default: throw fault("it calls resize_images with an interpolation that differs between versions of Keras")
    }
    let size: JSONValue = [
      .integer(try builder.size(1, of: image, layer) * height),
      .integer(try builder.size(2, of: image, layer) * width),
    ]
    return try apply(
      "Resize", [given[0]], with: [.init(name: "size", value: size), .init(name: "interpolation", value: "nearest")],
      &builder)
  }
}

extension JSONValue {
  /// Numbers as those of an array of floats.
  fileprivate var asReals: JSONValue {
    switch self {
    case .integer(let value): .real(Double(value))
    case .array(let elements): .array(elements.map(\.asReals))
    case .object: unwrapped == self ? self : unwrapped.asReals
    default: self
    }
  }
}
