/// A place for one weight of the model: which layer's, and which.
struct WeightSlot {
  let layer: LayerDescription
  let weight: WeightName
  var name: String { weight.name }
}

extension LayerDescription {
  /// The class that builds the layer.
  /// - Throws: a refusal when there is none.
  func layerClass() throws(KerasError) -> LayerClass {
    if isVariable { return .variable }
    let table = isOperation ? LayerClass.operations : LayerClass.layers
    if let layerClass = table[className] { return layerClass }
    throw identity.error("layers of this class are not known", remedy: identity.classRemedy)
  }

  /// The weights that the layer itself has, without those of layers within it.
  /// - Parameter savedKernels: what the file has of each kernel within an attention layer.
  func ownWeights(_ savedKernels: KernelVariables = .plain) throws(KerasError) -> [WeightName] {
    if case .model = content { return [] }
    var configuration = configuration
    configuration.savedKernels = savedKernels
    return try layerClass().weights(configuration)
  }

  private func listsInnerFirst() throws(KerasError) -> Bool {
    if case .wrapper = content { try layerClass().listsInnerFirst } else { false }
  }

  /// The layers within this one.
  var children: [LayerDescription] {
    switch content {
    case .plain: []
    case .model(let model): model.layers
    case .wrapper(let layers): layers
    }
  }

  /// All weights, nested ones included, in the order in which Keras lists them: the trainable ones before
  /// the others, a layer's own before those within it but for ``LayerClass/listsInnerFirst``.
  /// - Parameter savedKernels: what the file has of each kernel within an attention layer.
  func slots(_ savedKernels: KernelVariables) throws(KerasError)
    -> (trainable: [WeightSlot], state: [WeightSlot])
  {
    var trainable: [WeightSlot] = []
    var state: [WeightSlot] = []
    func addOwn() throws(KerasError) {
      for weight in try ownWeights(savedKernels) {
        let slot = WeightSlot(layer: self, weight: weight)
        if weight.isTrainable { trainable.append(slot) } else { state.append(slot) }
      }
    }
    let innerFirst = try listsInnerFirst()
    if !innerFirst { try addOwn() }
    for child in children {
      let slots = try child.slots(savedKernels)
      trainable += slots.trainable
      state += slots.state
    }
    if innerFirst { try addOwn() }
    // What is frozen counts as state.
    return isTrainable ? (trainable, state) : ([], trainable + state)
  }
}
