import System

extension LayerDescription {
  /// Refuses what can be seen of a layer without its weights and its inputs.
  func check() throws(KerasError) {
    if let policy = configuration["dtype"].flatMap({ ClassReference($0) }), policy.foreignModule != nil {
      throw identity.error(
        "its dtype policy \(policy.name) is not of Keras, and the file does not hold the code of it",
        remedy: "build the model with one of keras.dtype_policies and save it again")
    }
    if case .model = content { return }
    let layerClass = try layerClass()
    _ = try layerClass.weights(configuration)
    try layerClass.check(configuration)
    // A class that is built as another may have a key of that name which the other one does not read.
    if !isOperation, className.isSameBytes(as: identity.className) { _ = try configuration.activation() }
  }
}
