import JSON

/// What a file's owner says of the code that the file names but does not hold: the counterpart of Keras'
/// `custom_objects`.
public struct CustomObjects: Sendable, Equatable {
  /// Classes that compute what a known one does, by their names in the file: `FixedDropout`, or as they were
  /// registered, `package>FixedDropout`.
  public var classes: [String: Substitute]

  /// The functions of `Lambda` layers by the layers' names, in the model or with the models around them:
  /// `keras.applications.mobilenet_v2.preprocess_input`.
  public var lambdas: [String: String]

  public init(classes: [String: Substitute] = [:], lambdas: [String: String] = [:]) {
    self.classes = classes
    self.lambdas = lambdas
  }

  /// The class that is built in the place of another.
  public struct Substitute: Sendable, Equatable {
    /// One of ``CustomObjects/knownClasses``.
    public var className: String
    /// Keys that come before those of the layer's own configuration.
    public var config: JSONObject

    public init(className: String, config: JSONObject = JSONObject()) {
      self.className = className
      self.config = config
    }
  }

  /// The classes that a substitute may be of: those of `keras.layers` and of other packages that are read.
  public static var knownClasses: [String] { (Array(LayerClass.layers.keys) + Package.aliases.keys).sorted() }

  /// The substitute for a class, which Keras too looks for by the registered name before the plain one.
  subscript(reference: ClassReference) -> Substitute? {
    // What a file says is of Keras is.
    if classes.isEmpty || reference.isKeras || reference.isFunction { return nil }
    return classes[reference.name] ?? classes[reference.plainName]
  }
}
