import Inference

extension LayerClass {
  static let wrappers: [String: LayerClass] = [
    "TimeDistributed": LayerClass(build: buildTimeDistributed),
    // Training keeps the kernel normalised: what is saved is to be used as it is.
    "SpectralNormalization": LayerClass(weights: { _ in [.state("vector_u")] }) {
      layer, builder throws(KerasError) in
      try builder.call(layer.wrapped(), layer.arguments)
    },
  ]
}

extension LayerCall {
  /// The layer that a wrapper applies.
  func wrapped() throws(KerasError) -> LayerDescription {
    guard let inner = description.children.first else { throw error("its configuration has no layer") }
    return inner
  }
}

/// Applies a layer to every entry of axis 1, as if these were entries of the batch.
@Sendable private func buildTimeDistributed(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let input = try layer.input()
  let shape = builder.shape(input)
  let sizes = shape.dropFirst(2).compactMap { $0 }
  guard shape.count >= 3, let steps = shape[1], sizes.count == shape.count - 2 else {
    throw layer.error(
      "it needs an input whose sizes but the batch are fixed, the shape is \(shape.text)",
      remedy: "build the model with an Input of fixed size")
  }
  let merged = try builder.add(.reshape([-1] + sizes), [input], layer)
  let inner = try layer.wrapped()
  let mask = try builder.mask(of: input, layer)
  if let mask {
    let rest = builder.shape(mask).dropFirst(2).compactMap { $0 }
    builder.setMask(try builder.add(.reshape([-1] + rest), [mask], layer), of: merged)
  }
  if case .plain = inner.content, try Quantization(inner.configuration) != nil {
    // TimeDistributed calls `layer.call`, which is that of a layer that is not quantized.
    throw inner.identity.error(
      "Keras ignores the scales of a quantized layer within TimeDistributed, so its results are useless",
      remedy: "build the model without TimeDistributed around the layer, or save it before it is quantized")
  }
  let arguments = CallArguments<Graph.ValueID>(positional: [.tensor(merged)])
  guard case .tensor(let result) = try builder.call(inner, arguments) else {
    throw layer.error("the layer within gives several outputs")
  }
  if layer.version.major < 3 {
    // Keras 2 asked the layer within for the mask.
    let ranks = [mask, builder.mask(of: result)].compactMap { $0.map { builder.shape($0).count } }
    guard ranks.allSatisfy({ $0 < 3 }), mask != nil || ranks.isEmpty else {
      throw layer.error(
        "a mask within it is not supported", remedy: "save the model again with Keras 3, or without masks")
    }
  }
  let resultSizes = builder.shape(result).dropFirst()
  let known = resultSizes.compactMap { $0 }
  guard known.count == resultSizes.count else {
    throw layer.error("the layer within gives a result of unknown shape \(builder.shape(result).text)")
  }
  let output = try builder.add(.reshape([-1, steps] + known), [result], layer)
  builder.setMask(mask, of: output)
  return .tensor(output)
}
