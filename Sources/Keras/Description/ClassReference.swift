import JSON

/// Which class or function an object of a configuration is.
///
/// `.keras` files say where it is from: its Python `module`, and as `registered_name` what
/// `keras.saving.register_keras_serializable` made of it (`package>name`). `.h5` files have the class name only, with
/// the package before it where the class was registered.
struct ClassReference {
  /// Keras' classes by their name, those of other packages as they were registered; of a function, its name.
  let name: String
  /// Whether it is a function: `{"class_name": "function", "config": "relu", ...}`.
  let isFunction: Bool
  /// The module, when that is not one of Keras (empty: the user's own program); nil: it is Keras', or the file does
  /// not tell.
  let foreignModule: String?
  /// Whether the file says that it is Keras'.
  let isKeras: Bool

  /// Packages that are Keras by another name.
  private static let kerasPackages: Set = ["keras", "keras_core", "tf_keras"]
  /// Keras writes `builtins` for its own functions; those of TensorFlow do the same under the same names.
  private static let functionPackages = kerasPackages.union(["builtins", "tensorflow"])

  /// - Returns: nil when the object has no class name.
  init?(_ object: JSONValue) {
    guard let className = object["class_name"]?.string else { return nil }
    let function = className == "function" ? object["config"]?.string : nil
    isFunction = function != nil
    let module = object["module"].map { $0.string ?? "" }
    let package = module?.split(separator: ".").first.map { String($0) } ?? ""
    isKeras = module != nil && (isFunction ? Self.functionPackages : Self.kerasPackages).contains(package)
    if module == nil || isKeras {
      name = function ?? className
      foreignModule = nil
    } else {
      name = function ?? object["registered_name"]?.string ?? className
      foreignModule = module
    }
  }

  /// The name without the package that it was registered for.
  var plainName: String { name.split(separator: ">").last.map(String.init) ?? name }

  /// The package beside Keras that defines the class; nil: none that is known.
  var package: Package? { isKeras ? nil : Package.defining(name, module: foreignModule) }

  /// The error for a layer whose class is not Keras' own and not one of another package that is read; otherwise nil.
  func refusal(_ identity: LayerIdentity) -> KerasError? {
    let package = package
    if let refused = package?.refused[name] { return identity.error(refused.reason, remedy: refused.remedy) }
    guard let foreignModule, package == nil, !isHubModel else { return nil }
    let module = foreignModule.isEmpty ? "" : " (of \(foreignModule))"
    return identity.error(
      "it is of a user-defined class\(module), not of Keras, and the file does not hold the code of the class",
      remedy: identity.classRemedy)
  }
}
