import Inference

// Normalisations whose statistics are each sample's own.

extension LayerClass {
  static let normalizations: [String: LayerClass] = [
    "LayerNormalization": LayerClass(weights: layerNormalizationWeights, build: buildLayerNormalization),
    "GroupNormalization": groupNormalization,
    "RMSNormalization": LayerClass(weights: { _ in ["scale"] }) { layer, builder throws(KerasError) in
      let input = try layer.input()
      let axes = try layer.configuration.integers("axis", default: [-1])
      let epsilon = try layer.configuration.epsilon(default: 1e-6)
      // Keras lets the scale broadcast as it is, whatever the axes.
      let scale = try layer.weights.tensor("scale", axes.map { _ in nil })
      let normalization = Normalization(.rms, axes: axes, epsilon: epsilon, gamma: scale, beta: nil)
      return .tensor(try builder.add(.normalization(normalization), [input], layer))
    },
    "UnitNormalization": LayerClass { layer, builder throws(KerasError) in
      let axes = try layer.configuration.integers("axis", default: [-1])
      // Keras 3 bounds the norm, versions before its square.
      let epsilon: Float = layer.version.major >= 3 ? 1e-24 : 1e-12
      let normalization = Normalization(.unit, axes: axes, epsilon: epsilon, gamma: nil, beta: nil)
      return .tensor(try builder.add(.normalization(normalization), [layer.input()], layer))
    },
  ]

  static let groupNormalization = LayerClass(weights: scaleAndCenter, build: buildGroupNormalization)

  @Sendable private static func scaleAndCenter(_ configuration: LayerConfiguration) throws(KerasError)
    -> [WeightName]
  {
    (try configuration.bool("scale", default: true) ? ["gamma"] : [])
      + (try configuration.bool("center", default: true) ? ["beta"] : [])
  }

  @Sendable private static func layerNormalizationWeights(_ configuration: LayerConfiguration)
    throws(KerasError) -> [WeightName]
  {
    try configuration.bool("rms_scaling", default: false) ? ["gamma"] : scaleAndCenter(configuration)
  }
}

extension LayerConfiguration {
  func epsilon(default fallback: Double) throws(KerasError) -> Float {
    let epsilon = try number("epsilon", default: fallback)
    guard epsilon.isFinite, epsilon >= 0 else { throw error("epsilon", "a number from 0") }
    return Float(epsilon)
  }
}

extension GraphBuilder {
  /// Axes of a value counted from the front, in ascending order.
  func axes(_ axes: [Int], of value: Graph.ValueID, _ layer: LayerCall) throws(KerasError) -> [Int] {
    let rank = shape(value).count
    var result: [Int] = []
    for axis in axes {
      let resolved = axis < 0 ? axis &+ rank : axis
      guard (0..<rank).contains(resolved), !result.contains(resolved) else {
        throw layer.error("axis \(axis) does not fit its input's shape \(shape(value).text)")
      }
      result.append(resolved)
    }
    return result.sorted()
  }

  /// A weight with one axis for each that a layer's `axis` names, shaped to broadcast against a value.
  func weight(_ name: String, along given: [Int], of value: Graph.ValueID, _ layer: LayerCall)
    throws(KerasError) -> Tensor?
  {
    let shape = shape(value)
    // Keras 3 sorts the axes as they are written, negative ones first; then the values only get a new shape.
    let order = layer.version.major >= 3 ? given.sorted() : given
    let sizes = order.map { shape[$0 < 0 ? $0 + shape.count : $0] }
    guard let weight = try layer.weights.optional(name, sizes) else { return nil }
    let axes = try axes(given, of: value, layer)
    // Leading axes of size 1 go without saying.
    let full = try (axes[0]..<shape.count).map { axis throws(KerasError) in
      axes.contains(axis) ? try size(axis, of: value, layer) : 1
    }
    return weight.reshaped(full)
  }
}

@Sendable private func buildLayerNormalization(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let input = try layer.input()
  let given = try layer.configuration.integers("axis", default: [-1])
  let axes = try builder.axes(given, of: input, layer)
  if axes.isEmpty { throw layer.configuration.error("axis", "at least one axis") }
  let epsilon = try layer.configuration.epsilon(default: 1e-3)
  let gamma = try builder.weight("gamma", along: given, of: input, layer)
  let beta = try builder.weight("beta", along: given, of: input, layer)
  guard try layer.configuration.bool("rms_scaling", default: false) else {
    let normalization = Normalization(.layer, axes: axes, epsilon: epsilon, gamma: gamma, beta: beta)
    return .tensor(try builder.add(.normalization(normalization), [input], layer))
  }
  // What Keras calls so divides by the deviation, but does not subtract the mean.
  let variance = try builder.add(.reduction(.variance, axes: axes, keepDimensions: true), [input], layer)
  let bounded = try builder.add(.unary(.linear(scale: 1, offset: epsilon)), [variance], layer)
  let factor = try builder.add(.unary(.rsqrt), [bounded], layer)
  let result = try builder.add(.binary(.multiply), [input, factor], layer)
  guard let gamma else { return .tensor(result) }
  return .tensor(try builder.add(.binary(.multiply), [result, builder.constant(gamma, layer)], layer))
}

@Sendable private func buildGroupNormalization(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let input = try layer.input()
  let axis = try builder.axes([layer.configuration.integer("axis", default: -1)], of: input, layer)[0]
  let rank = builder.shape(input).count
  guard rank >= 2, axis > 0, let channels = builder.shape(input)[axis] else {
    throw layer.error(
      "it needs a fixed number of channels, its input's shape is \(builder.shape(input).text)")
  }
  var groups = try layer.configuration.integer("groups", default: 32)
  if groups == -1 { groups = channels }
  let normalization = Normalization(
    .group(count: groups), axes: [], epsilon: try layer.configuration.epsilon(default: 1e-3),
    gamma: try layer.weights.optional("gamma", [channels]),
    beta: try layer.weights.optional("beta", [channels]))
  if axis == rank - 1 {
    return .tensor(try builder.add(.normalization(normalization), [input], layer))
  }
  // The engine's groups are of the last axis.
  let others = (0..<rank).filter { $0 != axis }
  let last = try builder.add(.transpose(others + [axis]), [input], layer)
  let result = try builder.add(.normalization(normalization), [last], layer)
  let back = (0..<rank).map { $0 < axis ? $0 : $0 == axis ? rank - 1 : $0 - 1 }
  return .tensor(try builder.add(.transpose(back), [result], layer))
}
