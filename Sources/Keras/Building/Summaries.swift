import Inference

extension GraphBuilder {
  /// What `inspect` lists of a model that was built.
  func summaries(_ model: ModelDescription) -> [LayerSummary] {
    model.layers.map { layer in
      LayerSummary(
        name: layer.name, className: layer.identity.className, outputShape: outputShapes[layer.id] ?? [],
        parameters: parameters(of: layer), isQuantized: isQuantized(layer))
    }
  }

  private func isQuantized(_ layer: LayerDescription) -> Bool {
    weights.weights(of: layer).isQuantized || layer.children.contains { isQuantized($0) }
  }

  private func parameters(of layer: LayerDescription) -> Int {
    weights.weights(of: layer).count + layer.children.reduce(0) { $0 + parameters(of: $1) }
  }
}
