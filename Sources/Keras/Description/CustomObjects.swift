/// What the model's owner says about what a file does not hold, as `custom_objects` does for Keras.
public struct CustomObjects: Sendable, Equatable {
  /// The functions of `Lambda` layers by the layers' names: `keras.applications.mobilenet_v2.preprocess_input`.
  public var lambdas: [String: String]

  public init(lambdas: [String: String] = [:]) { self.lambdas = lambdas }
}
