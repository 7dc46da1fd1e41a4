/// How the layers of one class keep their weights and become operations.
struct LayerClass: Sendable {
  typealias Weights = @Sendable (LayerConfiguration) throws(KerasError) -> [WeightName]
  typealias Check = @Sendable (LayerConfiguration) throws(KerasError) -> Void
  typealias Build = @Sendable (LayerCall, inout GraphBuilder) throws(KerasError) -> Value

  /// The layer's own weights, in Keras' order: those created first first, the trainable before the others.
  let weights: Weights
  /// Adds one call of the layer to the graph.
  let build: Build
  /// Refuses what can be seen from the configuration alone, so that `thimble inspect` lists it for all layers at once.
  let check: Check

  /// Whether a wrapper's own weights come after those of the layer within, unlike Keras' own wrappers'.
  let listsInnerFirst: Bool

  init(
    weights: @escaping Weights = { _ in [] }, check: @escaping Check = { _ in },
    listsInnerFirst: Bool = false,
    build: @escaping Build
  ) {
    self.weights = weights
    self.listsInnerFirst = listsInnerFirst
    self.check = check
    self.build = build
  }

  /// All classes of `keras.layers` and of other packages that are built, by name.
  static let layers = Dictionary(
    families: [
      identities, activations, dense, convolutions, pooling, batchNormalization, scaling, merging, reshaping,
      convolutions1D, pooling1D, cropping, resizing, rearranging, dot, normalizations, einsumDense, attention,
      multiHeadAttention, embedding, blocks, wrappers, locallyConnected, tensorFlowFunctions, tensorFlowNodes,
      adaptivePooling, autoContrast, lambdas, recurrent, convLSTM,
    ] + Package.all.map(\.layers))

  /// All classes of `keras.ops` that are built, by name.
  static let operations = Dictionary(families: [
    elementwiseOperations, reductionOperations, shapeOperations, joiningOperations, slicingOperations,
    productOperations, neuralOperations, windowOperations, imageOperations, colorOperations,
    sortingOperations, matrixOperations, rearrange, adaptivePoolingOperations,
  ])
}
