import Inference

extension LayerClass {
  static let convolutions1D: [String: LayerClass] = [
    "Conv1D": LayerClass(weights: kernelAndBias, build: buildConvolution),
    "DepthwiseConv1D": LayerClass(weights: depthwiseWeights, build: buildDepthwiseConvolution),
    "SeparableConv1D": LayerClass(weights: separableWeights, build: buildSeparableConvolution),
    "Conv1DTranspose": LayerClass(weights: kernelAndBias, build: buildTransposedConvolution),
    "LocallyConnected1D": LayerClass(weights: kernelAndBias, build: buildLocallyConnected),
  ]
}

/// What layers that slide a window over a sequence are configured with.
private struct Window {
  let kernel: Int
  let strides: Extent
  let dilation: Extent
  let border: Border

  init(_ configuration: LayerConfiguration) throws(KerasError) {
    kernel = try configuration.step("kernel_size")
    strides = Extent(1, try configuration.step("strides", default: 1))
    let dilation = try configuration.step("dilation_rate", default: 1)
    self.dilation = Extent(1, dilation)
    guard try configuration.string("padding", default: "valid").lowercased() == "causal" else {
      border = try configuration.border()
      return
    }
    // No result sees a later step.
    let (reach, overflow) = (kernel &- 1).multipliedReportingOverflow(by: dilation)
    if overflow || kernel < 1 || reach < 0 {
      throw configuration.error("dilation_rate", "at least 1 and within bounds")
    }
    border = .explicit(top: 0, bottom: 0, left: reach, right: 0)
  }
}

@Sendable private func buildConvolution(_ layer: LayerCall, _ builder: inout GraphBuilder) throws(KerasError)
  -> Value
{
  let window = try Window(layer.configuration)
  let filters = try layer.configuration.integer("filters")
  let groups = try layer.configuration.integer("groups", default: 1)
  let input = try builder.sequenceInput(layer)
  let channels = try builder.channels(input, layer, groups: groups)
  let convolution = Convolution(
    kernel: try layer.weights.sequenceKernel("kernel", [window.kernel, channels / groups, filters]),
    bias: try layer.weights.optional("bias", [filters]), strides: window.strides, dilation: window.dilation,
    border: window.border, groups: groups)
  let result = try builder.add(.convolution(convolution), [input], layer)
  return try builder.sequenceResult(result, layer, activates: true)
}

@Sendable private func buildDepthwiseConvolution(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let input = try builder.sequenceInput(layer)
  let convolution = try depthwise(input, bias: try layer.weights.optional("bias", [nil]), layer, builder)
  let result = try builder.add(.depthwiseConvolution(convolution), [input], layer)
  return try builder.sequenceResult(result, layer, activates: true)
}

private func depthwise(
  _ input: Graph.ValueID, bias: Tensor?, _ layer: LayerCall, _ builder: GraphBuilder
) throws(KerasError) -> DepthwiseConvolution {
  let window = try Window(layer.configuration)
  let channels = try builder.channels(input, layer)
  let multiplier = try layer.configuration.integer("depth_multiplier", default: 1)
  return DepthwiseConvolution(
    kernel: try layer.weights.sequenceKernel("depthwise_kernel", [window.kernel, channels, multiplier]),
    bias: bias, strides: window.strides, dilation: window.dilation, border: window.border)
}

@Sendable private func buildSeparableConvolution(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let filters = try layer.configuration.integer("filters")
  let input = try builder.sequenceInput(layer)
  let spatial = try builder.add(
    .depthwiseConvolution(depthwise(input, bias: nil, layer, builder)), [input], layer)
  let inner = try builder.channels(spatial, layer)
  let pointwise = Convolution(
    kernel: try layer.weights.sequenceKernel("pointwise_kernel", [1, inner, filters]),
    bias: try layer.weights.optional("bias", [filters]))
  let result = try builder.add(.convolution(pointwise), [spatial], layer)
  return try builder.sequenceResult(result, layer, activates: true)
}

@Sendable private func buildTransposedConvolution(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let configuration = layer.configuration
  let window = try Window(configuration)
  let filters = try configuration.integer("filters")
  let input = try builder.sequenceInput(layer)
  let channels = try builder.channels(input, layer)
  let padding =
    configuration["output_padding"] == nil ? nil : Extent(0, try configuration.step("output_padding"))
  let convolution = TransposedConvolution(
    kernel: try layer.weights.sequenceKernel("kernel", [window.kernel, filters, channels]),
    bias: try layer.weights.optional("bias", [filters]), strides: window.strides, dilation: window.dilation,
    border: window.border, outputPadding: padding)
  let result = try builder.add(.transposedConvolution(convolution), [input], layer)
  return try builder.sequenceResult(result, layer, activates: true)
}

@Sendable private func buildLocallyConnected(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let configuration = layer.configuration
  let window = try Window(configuration)
  let filters = try configuration.integer("filters")
  guard window.border == .valid, try configuration.integer("implementation", default: 1) == 1 else {
    throw layer.error(
      "only padding \"valid\" with implementation 1 is supported",
      remedy: "build the layer with these and save the model again")
  }
  let input = try builder.sequenceInput(layer)
  let kernel = try layer.weights.tensor("kernel", [nil, nil, filters])
  let bias = try layer.weights.optional("bias", [nil, filters])
  let result = try builder.add(
    .locallyConnected(
      LocallyConnected(
        kernel: kernel, bias: bias?.reshaped([1] + (bias?.shape ?? [])),
        window: Extent(1, window.kernel), strides: window.strides)),
    [input], layer)
  return try builder.sequenceResult(result, layer, activates: true)
}
