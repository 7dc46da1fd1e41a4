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
    if module == nil || (isFunction ? Self.functionPackages : Self.kerasPackages).contains(package) {
      name = function ?? className
      foreignModule = nil
    } else {
      name = function ?? object["registered_name"]?.string ?? className
      foreignModule = module
    }
  }

  /// The error for a layer whose class is not Keras' own and not a known class of another package; otherwise nil.
  func refusal(_ identity: LayerIdentity) -> KerasError? {
    guard let foreignModule, LayerClass.otherPackages[name] == nil, !isHubModel else { return nil }
    let module = foreignModule.isEmpty ? "" : " (of \(foreignModule))"
    return identity.error(
      "it is of a user-defined class\(module), not of Keras, and the file does not hold the code of the class",
      remedy: "build the model with layers of keras.layers or keras.ops instead and save it again")
  }
}
