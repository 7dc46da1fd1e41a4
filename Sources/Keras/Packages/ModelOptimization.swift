import Inference

extension Package {
  /// TensorFlow's model optimization toolkit: https://www.tensorflow.org/model_optimization
  static let modelOptimization = Package(
    module: "tensorflow_model_optimization",
    layers: ["PruneLowMagnitude": pruned],
    refused: Dictionary(
      uniqueKeysWithValues: [
        "QuantizeWrapperV2", "QuantizeWrapper", "QuantizeAnnotate", "QuantizeLayer",
        "OutputOnlyQuantizeWrapper",
        "QuantizeAwareActivation", "ClusterWeights",
      ].map { ($0, isTraining) }))

  private static let isTraining = (
    reason: "it is of a model that tensorflow_model_optimization prepared for training",
    remedy:
      "save the model before it is prepared; a clustered one after tfmot.clustering.keras.strip_clustering"
  )

  /// The layer within, with zeros where the masks of its kernels are.
  private static let pruned = LayerClass(
    weights: { configuration throws(KerasError) in
      // Archives have the kernel again before its mask. Its threshold is for training only.
      try prunedWeight(configuration) == nil
        ? [.state("pruning_step")]
        : [
          WeightName("mask", isTrainable: false, archivePath: "vars/1"),
          WeightName("threshold", isTrainable: false, archivePath: "vars/2"),
          WeightName("pruning_step", isTrainable: false, archivePath: "vars/3"),
        ]
    }, listsInnerFirst: true
  ) { layer, builder throws(KerasError) in
    let inner = try layer.wrapped()
    guard let name = try prunedWeight(layer.configuration) else {
      return try builder.call(inner, layer.arguments)
    }
    let weights = builder.weights.weights(of: inner)
    guard let kernel = weights[name] else { throw layer.error("the layer within has no weight \"\(name)\"") }
    let mask = try layer.weights.tensor("mask", kernel.shape)
    let masked = Tensor(shape: kernel.shape, zip(kernel.values, mask.values).map { $0 * $1 })
    return try builder.call(inner, layer.arguments, weights.replacing(name, masked))
  }

  /// The weight of the layer within that is pruned; nil: it has none.
  private static func prunedWeight(_ configuration: LayerConfiguration) throws(KerasError) -> String? {
    switch configuration["layer"]?["class_name"]?.string {
    case "Dense", "Conv1D", "Conv2D", "Conv2DTranspose", "LocallyConnected1D", "LocallyConnected2D":
      return "kernel"
    case "SeparableConv1D", "SeparableConv2D": return "pointwise_kernel"
    case "Embedding": return "embeddings"
    case "MultiHeadAttention", "LSTM", "GRU", "SimpleRNN", "RNN":
      throw configuration.identity.error(
        "pruned layers of this class are not read",
        remedy: "save the model after tfmot.sparsity.keras.strip_pruning")
    default: return nil
    }
  }
}
