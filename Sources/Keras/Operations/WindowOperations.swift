import Inference
import JSON

extension LayerClass {
  /// Operations that slide a window over sequences or images; their kernels must be constant.
  static let windowOperations: [String: LayerClass] = [
    "MaxPool": pooling(.max), "AveragePool": pooling(.average),
    "Conv": windowed { window, image, builder, layer throws(KerasError) in
      let kernel = try window.kernel(1, "kernel", layer, &builder)
      let channels = try builder.channels(image, layer)
      let inner = max(kernel.shape[2], 1)
      return .convolution(
        Convolution(
          kernel: kernel, bias: nil, strides: window.strides, dilation: window.dilation,
          border: window.border, groups: max(channels / inner, 1)))
    },
    "DepthwiseConv": windowed { window, _, builder, layer throws(KerasError) in
      .depthwiseConvolution(
        DepthwiseConvolution(
          kernel: try window.kernel(1, "kernel", layer, &builder), bias: nil, strides: window.strides,
          dilation: window.dilation, border: window.border))
    },
    "SeparableConv": LayerClass { layer, builder throws(KerasError) in
      let window = try OperationWindow(layer, builder)
      let image = try window.image(layer, &builder)
      let depthwise = DepthwiseConvolution(
        kernel: try window.kernel(1, "depthwise_kernel", layer, &builder), bias: nil,
        strides: window.strides, dilation: window.dilation, border: window.border)
      let spatial = try builder.add(.depthwiseConvolution(depthwise), [image], layer)
      let pointwise = Convolution(
        kernel: try window.kernel(2, "pointwise_kernel", layer, &builder), bias: nil)
      return try window.result(builder.add(.convolution(pointwise), [spatial], layer), layer, &builder)
    },
    "ConvTranspose": windowed { window, _, builder, layer throws(KerasError) in
      var padding: Extent?
      if layer.configuration["output_padding"] != nil {
        let sizes = try layer.configuration.spatial("output_padding", rank: window.rank)
        padding = window.rank == 1 ? Extent(0, sizes[0]) : Extent(sizes[0], sizes[1])
      }
      return .transposedConvolution(
        TransposedConvolution(
          kernel: try window.kernel(1, "kernel", layer, &builder), bias: nil, strides: window.strides,
          dilation: window.dilation, border: window.border, outputPadding: padding))
    },
  ]

  private typealias WindowBuild =
    @Sendable (
      OperationWindow, _ image: Graph.ValueID, inout GraphBuilder, LayerCall
    ) throws(KerasError) -> Operation

  private static func windowed(_ build: @escaping WindowBuild) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let window = try OperationWindow(layer, builder)
      let image = try window.image(layer, &builder)
      let operation = try build(window, image, &builder, layer)
      return try window.result(builder.add(operation, [image], layer), layer, &builder)
    }
  }

  private static func pooling(_ kind: Pooling.Kind) -> LayerClass {
    windowed { window, _, _, layer throws(KerasError) in
      let size = try layer.extent("pool_size", rank: window.rank)
      let strides = layer.configuration["strides"] == nil ? size : window.strides
      return .pooling(Pooling(kind, window: size, strides: strides, border: window.border))
    }
  }
}

extension LayerCall {
  /// Numbers for one or two spatial axes.
  fileprivate func extent(_ key: String, rank: Int, default fallback: Int? = nil) throws(KerasError)
    -> Extent
  {
    let sizes = try configuration.spatial(key, rank: rank, default: fallback)
    return rank == 1 ? Extent(1, sizes[0]) : Extent(sizes[0], sizes[1])
  }
}

/// How a window slides over the operation's first operand, of one or two spatial axes.
private struct OperationWindow {
  /// How many axes the window has.
  let rank: Int
  let strides: Extent
  let dilation: Extent
  let border: Border
  private let input: Graph.ValueID

  init(_ layer: LayerCall, _ builder: GraphBuilder) throws(KerasError) {
    guard case .tensor(let input)? = layer.optionalOperand(0, "inputs", "x") else {
      throw layer.error("it is given no tensor")
    }
    let rank = builder.shape(input).count - 2
    guard rank == 1 || rank == 2 else {
      throw layer.error(
        "an input of shape \(builder.shape(input).text) does not have one or two spatial axes")
    }
    self.input = input
    self.rank = rank
    strides = try layer.extent("strides", rank: rank, default: 1)
    dilation = try layer.extent("dilation_rate", rank: rank, default: 1)
    border = try layer.configuration.border()
  }

  /// The input as a channels-last image.
  func image(_ layer: LayerCall, _ builder: inout GraphBuilder) throws(KerasError) -> Graph.ValueID {
    let value = try builder.channelsLast(input, layer)
    return rank == 1 ? try builder.image(ofSequence: value, layer) : value
  }

  func result(_ image: Graph.ValueID, _ layer: LayerCall, _ builder: inout GraphBuilder) throws(KerasError)
    -> Value
  {
    let value = rank == 1 ? try builder.sequence(ofImage: image, layer) : image
    return .tensor(try builder.channelsAsSaved(value, layer))
  }

  /// A constant kernel, with a height where it is one of sequences.
  func kernel(_ position: Int, _ name: String, _ layer: LayerCall, _ builder: inout GraphBuilder)
    throws(KerasError) -> Tensor
  {
    let value = try layer.operand(position, name, in: &builder)
    guard let kernel = builder.constantTensor(value), kernel.shape.count == rank + 2 else {
      throw layer.error("its kernel is not a constant of \(rank + 2) axes")
    }
    return rank == 1 ? kernel.reshaped([1] + kernel.shape) : kernel
  }
}
