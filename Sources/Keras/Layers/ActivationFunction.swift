import Inference
import JSON

/// What a layer's `activation` names.
enum ActivationFunction {
  case linear, softmax, logSoftmax, sparsemax, gatedLinearUnit
  case unary(Unary)
  /// One of a package beside Keras.
  case package(Package.Function)
  /// A layer that stands where a function's name usually does.
  case layer(LayerClass, LayerConfiguration)

  /// The function of a name; nil: it is not known.
  init?(_ name: String, version: KerasVersion) {
    switch name {
    case "linear": self = .linear
    case "softmax", "softmax_v2": self = .softmax
    case "log_softmax", "log_softmax_v2": self = .logSoftmax
    case "sparsemax": self = .sparsemax
    case "glu": self = .gatedLinearUnit
    default:
      guard let function = Unary(activation: name, version: version) else { return nil }
      self = .unary(function)
    }
  }
}

extension LayerConfiguration {
  /// The function that a key names; linear where there is no such key.
  /// - Throws: a refusal of one that is not known.
  func activation(_ key: String = "activation") throws(KerasError) -> ActivationFunction {
    guard let value = self[key] else { return .linear }
    if let name = value.string {
      if let function = ActivationFunction(name, version: version) { return function }
      if let function = Package.defining(function: name, module: nil) { return .package(function) }
      throw unknownActivation(name)
    }
    guard value.object != nil else { throw error(key, "the name of a function") }
    let reference = ClassReference(value)
    let name = reference?.name ?? ""
    guard let reference else { throw unknownActivation(name) }
    if reference.isFunction {
      if reference.foreignModule == nil, let function = ActivationFunction(name, version: version) {
        return function
      }
      if let function = Package.defining(function: name, module: reference.foreignModule) {
        return .package(function)
      }
    } else if reference.foreignModule == nil || reference.package != nil, name != "PReLU",
      let layerClass = LayerClass.activations[Package.aliases[name] ?? name]
    {
      return .layer(
        layerClass,
        LayerConfiguration(
          identity: LayerIdentity(file: identity.file, path: identity.path, className: name),
          version: version, values: value["config"]?.object ?? JSONObject()))
    }
    throw unknownActivation(name)
  }

  private func unknownActivation(_ name: String) -> KerasError {
    identity.error(
      "the activation \"\(name)\" is not known",
      remedy: "build the model with one of keras.activations and save it again")
  }
}
