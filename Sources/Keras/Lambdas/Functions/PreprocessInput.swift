import Inference
import JSON

extension LambdaEvaluator {
  /// `keras.applications.MODEL.preprocess_input`.
  mutating func preprocess(
    _ function: String, _ arguments: [PythonValue], _ keywords: [(key: String, value: PythonValue)],
    _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    let parts = function.split(separator: ".")
    guard parts.count == 2, parts[1] == "preprocess_input" else {
      throw fault("it calls keras.applications.\(function), which is not supported")
    }
    let given = try bound(["x", "data_format", "mode"], arguments, keywords, "preprocess_input")
    func argument(_ name: String) -> PythonValue { given.last { $0.key == name }?.value ?? .none }
    switch argument("data_format") {
    case .none: break
    case .string("channels_last"): break
    default: throw fault("it calls preprocess_input with a data_format")
    }
    var mode = Self.modes[String(parts[0])]
    if case .string(let given) = argument("mode"), mode == "caffe" { mode = given }
    let x = argument("x")
    switch mode {
    case "tf":
      let scaled = try binary(.trueDivide, x, .float(127.5), &builder)
      return try binary(.subtract, scaled, .float(1), &builder)
    case "caffe":
      let reversed = PythonValue.slice(start: .none, stop: .none, step: .int(-1))
      let colors = try binary(.item, x, .tuple([.ellipsis, reversed]), &builder)
      return try binary(.subtract, colors, Self.numbers(103.939, 116.779, 123.68), &builder)
    case "torch":
      let scaled = try binary(.trueDivide, x, .float(255), &builder)
      let centred = try binary(.subtract, scaled, Self.numbers(0.485, 0.456, 0.406), &builder)
      return try binary(.trueDivide, centred, Self.numbers(0.229, 0.224, 0.225), &builder)
    case "none": return x
    default: throw fault("it calls the preprocess_input of \(parts[0]), which is not known")
    }
  }

  private static func numbers(_ numbers: Double...) -> PythonValue {
    .value(.constant(.array(numbers.map { .real($0) })))
  }

  /// What each model's function does; `imagenet_utils` says it by an argument.
  private static let modes = [
    "inception_resnet_v2": "tf", "inception_v3": "tf", "mobilenet": "tf", "mobilenet_v2": "tf", "nasnet": "tf",
    "resnet_v2": "tf", "xception": "tf", "resnet": "caffe", "resnet50": "caffe", "vgg16": "caffe", "vgg19": "caffe",
    "imagenet_utils": "caffe", "densenet": "torch", "efficientnet": "none", "efficientnet_v2": "none",
    "mobilenet_v3": "none", "convnext": "none", "regnet": "none", "resnet_rs": "none",
  ]
}
