import Inference

extension LayerClass {
  static let batchNormalization: [String: LayerClass] = [
    "BatchNormalization": LayerClass(weights: weights, build: buildBatchNormalization),
    // The same but for training over several machines.
    "SyncBatchNormalization": LayerClass(weights: weights, build: buildBatchNormalization),
  ]

  @Sendable private static func weights(_ configuration: LayerConfiguration) throws(KerasError)
    -> [WeightName]
  {
    var names: [WeightName] = []
    if try configuration.bool("scale", default: true) { names.append("gamma") }
    if try configuration.bool("center", default: true) { names.append("beta") }
    names += [.state("moving_mean"), .state("moving_variance")]
    if try configuration.bool("renorm", default: false) {
      names += [.state("moving_stddev"), .state("renorm_mean"), .state("renorm_stddev")]
    }
    return names
  }
}

@Sendable private func buildBatchNormalization(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let input = try layer.input()
  let shape = builder.shape(input)
  let axes = try layer.configuration.integers("axis", default: [-1])
  guard axes.count == 1, case let axis = axes[0] < 0 ? axes[0] + shape.count : axes[0],
    shape.indices.contains(axis), axis > 0
  else { throw layer.configuration.error("axis", "one axis of the input's shape \(shape.text)") }
  let size = shape[axis]
  let mean = try layer.weights.tensor("moving_mean", [size])
  let count = mean.count
  let variance = try layer.weights.tensor("moving_variance", [count])
  let gamma = try layer.weights.optional("gamma", [count])
  let beta = try layer.weights.optional("beta", [count])
  let epsilon = try layer.configuration.number("epsilon", default: 1e-3)
  let (scale, offset) = affine(
    mean.values, variance.values, gamma: gamma?.values, beta: beta?.values, epsilon: epsilon)
  return .tensor(
    try builder.add(
      .affine(
        scale: Tensor(shape: [count], storage: scale), offset: Tensor(shape: [count], storage: offset),
        axis: axis), [input], layer))
}

/// What normalises: `x * scale + offset`.
private func affine(
  _ mean: UnsafeBufferPointer<Float>, _ variance: UnsafeBufferPointer<Float>,
  gamma: UnsafeBufferPointer<Float>?, beta: UnsafeBufferPointer<Float>?, epsilon: Double
) -> (scale: TensorStorage, offset: TensorStorage) {
  func factor(_ index: Int) -> Double {
    Double(gamma?[index] ?? 1) / (Double(variance[index]) + epsilon).squareRoot()
  }
  let scale = TensorStorage(count: mean.count) { scale in
    for index in scale.indices { scale[index] = Float(factor(index)) }
  }
  let offset = TensorStorage(count: mean.count) { offset in
    for index in offset.indices {
      offset[index] = Float(Double(beta?[index] ?? 0) - Double(mean[index]) * factor(index))
    }
  }
  return (scale, offset)
}
