import Inference

extension LayerClass {
  /// Keras 2's convolutions whose kernel differs at each position; Keras 3 has none.
  static let locallyConnected: [String: LayerClass] = [
    "LocallyConnected2D": LayerClass(weights: kernelAndBias, build: buildLocallyConnected)
  ]
}

@Sendable private func buildLocallyConnected(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let configuration = layer.configuration
  guard try configuration.integer("implementation", default: 1) == 1,
    case .valid = try configuration.border()
  else {
    throw layer.error(
      "only implementation 1 with valid padding is known",
      remedy: "build the layer with implementation=1, copy the weights and save the model again")
  }
  let window = try configuration.extent("kernel_size")
  let strides = try configuration.extent("strides", default: 1)
  let filters = try configuration.integer("filters")
  let isChannelsFirst = try configuration.isChannelsFirst()
  let input = try builder.channelsLast(layer.input(), layer)
  let channels = try builder.channels(input, layer)
  var kernel = try layer.weights.tensor("kernel", [nil, nil, filters])
  var bias = try layer.weights.optional("bias", [nil, nil, nil])
  if isChannelsFirst {
    // There the windows' channels stand first, and the bias has its filters first.
    let (area, overflow) = window.height.multipliedReportingOverflow(by: window.width)
    guard !overflow, kernel.shape[1] / channels == area, kernel.shape[1] % channels == 0 else {
      throw layer.error("its weight \"kernel\" has the shape \(kernel.shape.text), which does not fit")
    }
    kernel =
      kernel.reshaped([kernel.shape[0], channels, area, filters])
      .transposed([0, 2, 1, 3]).reshaped(kernel.shape)
    bias = bias?.transposed([1, 2, 0])
  }
  let result = try builder.add(
    .locallyConnected(LocallyConnected(kernel: kernel, bias: bias, window: window, strides: strides)),
    [input],
    layer)
  return .tensor(try builder.channelsAsSaved(result, layer, activates: true))
}
