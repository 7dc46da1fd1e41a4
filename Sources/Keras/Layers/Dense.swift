import Inference

extension LayerClass {
  static let dense: [String: LayerClass] = [
    "Dense": LayerClass(weights: kernelAndBias, build: buildDense)
  ]

  /// Weights of layers with a `kernel` and, unless `use_bias` is false, a `bias`.
  @Sendable static func kernelAndBias(_ configuration: LayerConfiguration) throws(KerasError) -> [WeightName]
  {
    try configuration.bool("use_bias", default: true) ? ["kernel", "bias"] : ["kernel"]
  }
}

@Sendable private func buildDense(_ layer: LayerCall, _ builder: inout GraphBuilder) throws(KerasError)
  -> Value
{
  let input = try layer.input()
  let units = try layer.configuration.integer("units")
  let inner = builder.shape(input).last ?? nil
  let kernel = try layer.weights.tensor("kernel", [inner, units])
  let bias = try layer.weights.optional("bias", [units])
  let product = try builder.add(.dense(Dense(kernel: kernel, bias: bias)), [input], layer)
  return .tensor(try builder.activate(product, layer))
}
