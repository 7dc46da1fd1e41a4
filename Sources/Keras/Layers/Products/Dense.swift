import Inference

extension LayerClass {
  static let dense: [String: LayerClass] = [
    "Dense": LayerClass(weights: quantizableKernelAndBias, build: buildDense)
  ]

  /// The same of a layer that may be quantized.
  @Sendable private static func quantizableKernelAndBias(_ configuration: LayerConfiguration)
    throws(KerasError) -> [WeightName]
  {
    let hasBias = try configuration.bool("use_bias", default: true)
    let variables = try Quantization(configuration)?.variables ?? .plain
    return variables.weights(bias: hasBias ? "bias" : nil)
  }

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
  guard let quantization = try Quantization(layer.configuration) else {
    let kernel = try layer.weights.tensor("kernel", [inner, units])
    let bias = try layer.weights.optional("bias", [units])
    let product = try builder.add(.dense(Dense(kernel: kernel, bias: bias)), [input], layer)
    return .tensor(try builder.activate(product, layer))
  }
  guard let inner else { throw layer.error("its input has an unknown number of channels") }
  let rank = builder.shape(input).count
  let letters = einsumLetters(rank + 1, besides: "")
  let equation = ProjectionEquation(
    input: Array(letters[..<rank]), kernel: Array(letters[(rank - 1)...]),
    output: Array(letters[..<(rank - 1)] + letters[rank...]))
  let kernel = try layer.quantizedKernel(
    "", [inner, units], equation, scaleShape: [units], quantization)
  let bias = try layer.weights.optional("bias", [units])
  return .tensor(try builder.activate(builder.project(input, equation, kernel, bias: bias, layer), layer))
}
