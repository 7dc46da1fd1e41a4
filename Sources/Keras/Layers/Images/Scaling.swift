import Inference

extension LayerClass {
  /// Layers that move and scale values by constants.
  static let scaling: [String: LayerClass] = [
    "Rescaling": LayerClass { layer, builder throws(KerasError) in
      let input = try layer.input()
      let scale = try layer.configuration.numbers("scale")
      let offset = layer.configuration["offset"] == nil ? [0] : try layer.configuration.numbers("offset")
      return .tensor(try builder.scale(input, by: scale, plus: offset, layer))
    },
    "Normalization": LayerClass(
      weights: { configuration in
        configuration["mean"] == nil ? [.state("mean"), .state("variance"), .state("count")] : []
      }, build: buildNormalization),
  ]
}

/// `(x - mean) / max(sqrt(variance), 1e-7)` over the axes that are kept, or the inverse.
@Sendable private func buildNormalization(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let input = try layer.input()
  let shape = builder.shape(input)
  // A null axis: one mean for all values. An absent one: the last axis.
  let isScalar = layer.configuration.values["axis"]?.isNull ?? false
  var axes: [Int] = []
  for axis in isScalar ? [] : try layer.configuration.integers("axis", default: [-1]) {
    guard axis >= -shape.count, axis < shape.count else {
      throw layer.configuration.error("axis", "axes of the input's shape \(shape.text)")
    }
    axes.append(axis < 0 ? axis + shape.count : axis)
  }
  let mean = try layer.statistics("mean")
  let variance = try layer.statistics("variance")
  guard mean.count == variance.count else {
    throw layer.error("it has \(mean.count) means and \(variance.count) variances")
  }
  let isInverse = try layer.configuration.bool("invert", default: false)
  let deviation = variance.map { max($0.squareRoot(), 1e-7) }
  let scale = deviation.map { isInverse ? $0 : 1 / $0 }
  let offset = zip(mean, scale).map { isInverse ? $0 : -$0 * $1 }
  if axes.count <= 1 || mean.count == 1 {
    let axis = mean.count == 1 ? shape.count - 1 : axes[0]
    return .tensor(try builder.scale(input, by: scale, plus: offset, axis: axis, layer))
  }
  // Several axes, as for a mean image.
  let sizes = shape.indices.map { axes.contains($0) ? shape[$0] ?? 0 : 1 }
  guard sizes.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue }) == mean.count else {
    throw layer.error("it has \(mean.count) means for axes \(axes) of the input's shape \(shape.text)")
  }
  let factor = builder.constant(Tensor(shape: sizes, scale.map { Float($0) }), layer)
  let summand = builder.constant(Tensor(shape: sizes, offset.map { Float($0) }), layer)
  let product = try builder.add(.binary(.multiply), [input, factor], layer)
  return .tensor(try builder.add(.binary(.add), [product, summand], layer))
}

extension LayerCall {
  /// Values that a layer has either in its configuration or as a weight.
  fileprivate func statistics(_ name: String) throws(KerasError) -> [Double] {
    if configuration[name] != nil { return try configuration.numbers(name) }
    guard let tensor = weights[name] else { throw error("it has no \(name)") }
    return tensor.values.map { Double($0) }
  }
}

extension GraphBuilder {
  /// `x * scale + offset`, each of one value or of one an entry of an axis.
  mutating func scale(
    _ input: Graph.ValueID, by scale: [Double], plus offset: [Double], axis: Int = -1, _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let count = max(scale.count, offset.count)
    guard let first = scale.first, let second = offset.first,
      scale.count == 1 || scale.count == count, offset.count == 1 || offset.count == count
    else { throw layer.error("it has \(scale.count) factors and \(offset.count) offsets") }
    if count == 1 {
      return try add(.unary(.linear(scale: Float(first), offset: Float(second))), [input], layer)
    }
    func tensor(_ values: [Double]) -> Tensor {
      Tensor(
        shape: [count],
        (values.count == 1 ? Array(repeating: values[0], count: count) : values).map { Float($0) })
    }
    return try add(.affine(scale: tensor(scale), offset: tensor(offset), axis: axis), [input], layer)
  }
}
