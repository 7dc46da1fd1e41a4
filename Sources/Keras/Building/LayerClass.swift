/// How the layers of one class keep their weights and become operations.
struct LayerClass: Sendable {
  typealias Weights = @Sendable (LayerConfiguration) throws(KerasError) -> [WeightName]
  typealias Build = @Sendable (LayerCall, inout GraphBuilder) throws(KerasError) -> Value

  /// The layer's own weights, in Keras' order: those created first first, the trainable before the others.
  let weights: Weights
  /// Adds one call of the layer to the graph.
  let build: Build

  init(weights: @escaping Weights = { _ in [] }, build: @escaping Build) {
    self.weights = weights
    self.build = build
  }

  /// All classes of `keras.layers` that are built, by name.
  static let layers = Dictionary(families: [
    identities, activations, dense, convolutions, pooling, batchNormalization, scaling, merging, reshaping,
    convolutions1D, pooling1D, cropping, resizing, rearranging, dot, normalizations, einsumDense, attention,
    multiHeadAttention, embedding, blocks, wrappers, locallyConnected, tensorFlowFunctions, tensorFlowNodes,
    adaptivePooling, autoContrast, addons,
  ])

  /// Those of them that other packages define: `package>name`.
  static let otherPackages = Dictionary(families: [addons])

  /// All classes of `keras.ops` that are built, by name.
  static let operations = Dictionary(families: [
    elementwiseOperations, reductionOperations, shapeOperations, joiningOperations, slicingOperations,
    productOperations, neuralOperations, windowOperations, imageOperations, colorOperations,
    sortingOperations, matrixOperations, rearrange, adaptivePoolingOperations,
  ])
}
