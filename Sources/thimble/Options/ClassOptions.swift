import ArgumentParser
import Classifier
import Keras

/// What is known of classes and functions whose code a model's file does not hold.
struct ClassOptions: ParsableArguments {
  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "NAME=CLASS, or NAME={\"class\": ..., \"config\": ...}; may be repeated. "
        + ModelConfiguration.Keys.classes.help, valueName: "name=class"),
    transform: ClassOption.init)
  var given: [ClassOption] = []

  @Option(
    name: .customLong("lambda"),
    help: ArgumentHelp(
      "LAYER=FUNCTION; may be repeated. " + ModelConfiguration.Keys.lambdas.help, valueName: "layer=function"),
    transform: LambdaOption.init)
  var lambdas: [LambdaOption] = []

  /// Whether any of them is.
  var isGiven: Bool { !given.isEmpty || !lambdas.isEmpty }

  var customObjects: CustomObjects {
    CustomObjects(
      classes: Dictionary(given.map { ($0.name, $0.substitute) }) { _, last in last },
      lambdas: Dictionary(lambdas.map { ($0.layer, $0.function) }) { _, last in last })
  }
}

/// `lambda_1=keras.applications.mobilenet_v2.preprocess_input`.
struct LambdaOption {
  let layer, function: String

  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1).map { String($0) }
    guard parts.count == 2 else { throw ValidationError("write LAYER=FUNCTION.") }
    (layer, function) = (parts[0], parts[1])
  }
}

/// `MyDropout=Dropout`, or with a configuration: `MyNorm={"class": "LayerNormalization", "config": {"epsilon": 1e-6}}`.
struct ClassOption {
  let name: String
  let substitute: CustomObjects.Substitute

  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1).map { String($0) }
    guard parts.count == 2 else { throw ValidationError("write NAME=CLASS.") }
    name = parts[0]
    substitute = try CustomObjects.Substitute(option: parts[1], of: parts[0])
  }
}
