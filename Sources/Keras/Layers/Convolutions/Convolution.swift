import Inference

extension LayerClass {
  static let convolutions: [String: LayerClass] = [
    "Conv2D": LayerClass(weights: kernelAndBias, build: buildConvolution),
    "DepthwiseConv2D": LayerClass(weights: depthwiseWeights, build: buildDepthwiseConvolution),
    "SeparableConv2D": LayerClass(weights: separableWeights, build: buildSeparableConvolution),
    "Conv2DTranspose": LayerClass(weights: kernelAndBias, build: buildTransposedConvolution),
  ]

  @Sendable static func depthwiseWeights(_ configuration: LayerConfiguration) throws(KerasError)
    -> [WeightName]
  {
    try configuration.bool("use_bias", default: true) ? ["depthwise_kernel", "bias"] : ["depthwise_kernel"]
  }

  @Sendable static func separableWeights(_ configuration: LayerConfiguration) throws(KerasError)
    -> [WeightName]
  {
    ["depthwise_kernel", "pointwise_kernel"]
      + (try configuration.bool("use_bias", default: true) ? ["bias"] : [])
  }
}

/// What all layers that slide a window over an image are configured with.
private struct Window {
  let kernel: [Int]
  let strides: Extent
  let dilation: Extent
  let border: Border

  init(_ configuration: LayerConfiguration) throws(KerasError) {
    kernel = try configuration.spatial("kernel_size", rank: 2)
    strides = try configuration.extent("strides", default: 1)
    dilation = try configuration.extent("dilation_rate", default: 1)
    border = try configuration.border()
  }
}

@Sendable private func buildConvolution(_ layer: LayerCall, _ builder: inout GraphBuilder) throws(KerasError)
  -> Value
{
  let configuration = layer.configuration
  let window = try Window(configuration)
  let filters = try configuration.integer("filters")
  let groups = try configuration.integer("groups", default: 1)
  let input = try builder.channelsLast(layer.input(), layer)
  let channels = try builder.channels(input, layer, groups: groups)
  let convolution = Convolution(
    kernel: try layer.weights.tensor("kernel", window.kernel + [channels / groups, filters]),
    bias: try layer.weights.optional("bias", [filters]), strides: window.strides, dilation: window.dilation,
    border: window.border, groups: groups)
  let result = try builder.add(.convolution(convolution), [input], layer)
  return .tensor(try builder.channelsAsSaved(result, layer, activates: true))
}

@Sendable private func buildDepthwiseConvolution(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let window = try Window(layer.configuration)
  let input = try builder.channelsLast(layer.input(), layer)
  let channels = try builder.channels(input, layer)
  let multiplier = try layer.configuration.integer("depth_multiplier", default: 1)
  let convolution = DepthwiseConvolution(
    kernel: try layer.weights.tensor("depthwise_kernel", window.kernel + [channels, multiplier]),
    bias: try layer.weights.optional("bias", [nil]), strides: window.strides, dilation: window.dilation,
    border: window.border)
  let result = try builder.add(.depthwiseConvolution(convolution), [input], layer)
  return .tensor(try builder.channelsAsSaved(result, layer, activates: true))
}

@Sendable private func buildSeparableConvolution(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let window = try Window(layer.configuration)
  let filters = try layer.configuration.integer("filters")
  let input = try builder.channelsLast(layer.input(), layer)
  let channels = try builder.channels(input, layer)
  let multiplier = try layer.configuration.integer("depth_multiplier", default: 1)
  let depthwise = DepthwiseConvolution(
    kernel: try layer.weights.tensor("depthwise_kernel", window.kernel + [channels, multiplier]), bias: nil,
    strides: window.strides, dilation: window.dilation, border: window.border)
  let spatial = try builder.add(.depthwiseConvolution(depthwise), [input], layer)
  let inner = try builder.channels(spatial, layer)
  let pointwise = Convolution(
    kernel: try layer.weights.tensor("pointwise_kernel", [1, 1, inner, filters]),
    bias: try layer.weights.optional("bias", [filters]))
  let result = try builder.add(.convolution(pointwise), [spatial], layer)
  return .tensor(try builder.channelsAsSaved(result, layer, activates: true))
}

@Sendable private func buildTransposedConvolution(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let configuration = layer.configuration
  let window = try Window(configuration)
  let filters = try configuration.integer("filters")
  let input = try builder.channelsLast(layer.input(), layer)
  let channels = try builder.channels(input, layer)
  let padding = configuration["output_padding"] == nil ? nil : try configuration.extent("output_padding")
  let convolution = TransposedConvolution(
    kernel: try layer.weights.tensor("kernel", window.kernel + [filters, channels]),
    bias: try layer.weights.optional("bias", [filters]), strides: window.strides, dilation: window.dilation,
    border: window.border, outputPadding: padding)
  if layer.version.major == 1, configuration["output_shape"] != nil {
    let result = try buildDeconvolution(convolution, input, layer, &builder)
    return .tensor(try builder.channelsAsSaved(result, layer, activates: true))
  }
  let result = try builder.add(.transposedConvolution(convolution), [input], layer)
  return .tensor(try builder.channelsAsSaved(result, layer, activates: true))
}

/// Keras 1's `Deconvolution2D`, which says how large its result is: TensorFlow's `conv2d_transpose`.
private func buildDeconvolution(
  _ convolution: TransposedConvolution, _ input: Graph.ValueID, _ layer: LayerCall,
  _ builder: inout GraphBuilder
) throws(KerasError) -> Graph.ValueID {
  guard let shape = try layer.configuration.shape("output_shape"), shape.count == 4 else {
    throw layer.configuration.error("output_shape", "four sizes")
  }
  let sizes = try layer.configuration.isChannelsFirst() ? shape[2...3] : shape[1...2]
  // All that the input reaches, of which a part is kept; what nothing reaches is 0.
  var whole = convolution
  whole.border = .valid
  whole.bias = nil
  var result = try builder.add(.transposedConvolution(whole), [input], layer)
  let axes = [
    (axis: 1, kernel: convolution.kernel.shape[0], stride: convolution.strides.height, size: sizes.first),
    (axis: 2, kernel: convolution.kernel.shape[1], stride: convolution.strides.width, size: sizes.last),
  ]
  for (axis, kernel, stride, size) in axes {
    guard let size = size ?? nil, (1...1 << 20).contains(size) else {
      throw layer.configuration.error("output_shape", "a height and a width")
    }
    let count = try builder.size(axis, of: input, layer)
    let reach = (count - 1) * stride + kernel
    let isSame = if case .same = convolution.border { true } else { false }
    let least = isSame ? (count - 1) * stride + 1 : reach
    guard size >= least, size < least + stride else {
      throw layer.configuration.error(
        "output_shape", "from \(least) to \(least + stride - 1) along axis \(axis)")
    }
    let begin = isSame ? max(reach - size, 0) / 2 : 0
    let leading = Array(repeating: Slice.whole, count: axis)
    let end = min(begin + size, try builder.size(axis, of: result, layer))
    result = try builder.add(
      .slice(leading + [.range(begin: begin, end: end, step: 1)]), [result], layer)
    if end - begin < size {
      var after = [0, 0, 0, 0]
      after[axis] = size - (end - begin)
      result = try builder.add(
        .padding(before: [0, 0, 0, 0], after: after, mode: .constant(0)), [result], layer)
    }
  }
  guard let bias = convolution.bias else { return result }
  return try builder.add(.binary(.add), [result, builder.constant(bias, layer)], layer)
}

extension LayerConfiguration {
  /// Height and width of something; a single number stands for both.
  func extent(_ key: String, default fallback: Int? = nil) throws(KerasError) -> Extent {
    let values = try spatial(key, rank: 2, default: fallback)
    return Extent(values[0], values[1])
  }

  /// `padding` of a layer that slides a window.
  func border() throws(KerasError) -> Border {
    switch try string("padding", default: "valid").lowercased() {
    case "valid": return .valid
    case "same": return .same
    default: throw error("padding", "\"valid\" or \"same\"")
    }
  }
}
