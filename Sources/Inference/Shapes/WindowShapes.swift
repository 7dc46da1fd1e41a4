// Shapes of operations that slide a window over `[batch, height, width, channels]`.

private let imageLayout = "(batch, height, width, channels)"

extension Border {
  /// How often a window fits along one axis.
  /// - Parameters:
  ///   - size: the input's size, nil when unknown.
  ///   - span: the window's size, dilation included.
  ///   - padding: explicit zeros before and after, together.
  fileprivate func steps(_ size: Int?, span: Int, stride: Int, padding: Int) throws(ShapeError) -> Int? {
    guard let size else { return nil }
    if case .same = self { return (size + stride - 1) / stride }
    let room = size + padding
    if room < span { throw ShapeError(reason: "a window of \(span) does not fit into an axis of \(room)") }
    return (room - span) / stride + 1
  }

  /// Height and width of the result of sliding a window.
  func windowed(
    _ height: Int?, _ width: Int?, window: Extent, strides: Extent, dilation: Extent = Extent(1, 1)
  ) throws(ShapeError) -> Shape {
    try checkPositive(window, "the window")
    try checkPositive(strides, "a stride")
    try checkPositive(dilation, "the dilation")
    var vertical = 0
    var horizontal = 0
    if case .explicit(let top, let bottom, let left, let right) = self {
      for border in [top, bottom, left, right] where border < 0 || border > SizeLimit.axis {
        throw ShapeError(reason: "a border must be between 0 and 2^31, it is \(border)")
      }
      vertical = top + bottom
      horizontal = left + right
    }
    return [
      try steps(
        height, span: (window.height - 1) * dilation.height + 1, stride: strides.height, padding: vertical),
      try steps(
        width, span: (window.width - 1) * dilation.width + 1, stride: strides.width, padding: horizontal),
    ]
  }

  /// Zeros before and after each axis that this border adds to an input of known size.
  func resolved(_ size: Extent, window: Extent, strides: Extent, dilation: Extent = Extent(1, 1))
    -> (top: Int, bottom: Int, left: Int, right: Int)
  {
    switch self {
    case .valid: return (0, 0, 0, 0)
    case .explicit(let top, let bottom, let left, let right): return (top, bottom, left, right)
    case .same:
      func total(_ size: Int, _ window: Int, _ stride: Int, _ dilation: Int) -> Int {
        max(((size + stride - 1) / stride - 1) * stride + (window - 1) * dilation + 1 - size, 0)
      }
      let vertical = total(size.height, window.height, strides.height, dilation.height)
      let horizontal = total(size.width, window.width, strides.width, dilation.width)
      return (vertical / 2, vertical - vertical / 2, horizontal / 2, horizontal - horizontal / 2)
    }
  }
}

private func checkKernel(_ kernel: Tensor, rank: Int, _ layout: String) throws(ShapeError) {
  if kernel.shape.count != rank {
    throw ShapeError(reason: "the kernel needs \(rank) axes \(layout), its shape is \(kernel.shape.text)")
  }
  try Shape(kernel.shape).checkLimits()
}

private func checkBias(_ bias: Tensor?, _ shape: [Int]) throws(ShapeError) {
  if let bias, bias.shape != shape {
    throw ShapeError(reason: "the bias needs shape \(shape.text), it has \(bias.shape.text)")
  }
}

private func checkChannels(kernel expected: Int, input: Int?) throws(ShapeError) {
  if let input, input != expected {
    throw ShapeError(reason: "the kernel expects \(expected) input channels, the input has \(input)")
  }
}

extension Convolution {
  func resultShape(_ input: Shape) throws(ShapeError) -> Shape {
    try input.checkRank(4, imageLayout)
    try checkKernel(kernel, rank: 4, "(height, width, input channels / groups, output channels)")
    try checkPositive(groups, "groups")
    let filters = kernel.shape[3]
    if filters % groups != 0 {
      throw ShapeError(reason: "\(filters) output channels do not divide into \(groups) groups")
    }
    try checkChannels(kernel: kernel.shape[2] * groups, input: input[3])
    try checkBias(bias, [filters])
    let size = try border.windowed(
      input[1], input[2], window: Extent(kernel.shape[0], kernel.shape[1]), strides: strides,
      dilation: dilation)
    return [input[0]] + size + [filters]
  }
}

extension DepthwiseConvolution {
  func resultShape(_ input: Shape) throws(ShapeError) -> Shape {
    try input.checkRank(4, imageLayout)
    try checkKernel(kernel, rank: 4, "(height, width, channels, multiplier)")
    try checkChannels(kernel: kernel.shape[2], input: input[3])
    let filters = kernel.shape[2] * kernel.shape[3]
    try checkBias(bias, [filters])
    let size = try border.windowed(
      input[1], input[2], window: Extent(kernel.shape[0], kernel.shape[1]), strides: strides,
      dilation: dilation)
    return [input[0]] + size + [filters]
  }
}

extension TransposedConvolution {
  func resultShape(_ input: Shape) throws(ShapeError) -> Shape {
    try input.checkRank(4, imageLayout)
    try checkKernel(kernel, rank: 4, "(height, width, output channels, input channels)")
    try checkChannels(kernel: kernel.shape[3], input: input[3])
    try checkBias(bias, [kernel.shape[2]])
    try checkPositive(strides, "a stride")
    try checkPositive(dilation, "the dilation")
    if case .explicit = border { throw ShapeError(reason: "the border must be valid or same") }
    let height = try size(
      input[1], kernel.shape[0], strides.height, dilation.height, outputPadding?.height)
    let width = try size(input[2], kernel.shape[1], strides.width, dilation.width, outputPadding?.width)
    return [input[0], height, width, kernel.shape[2]]
  }

  /// Keras' rule for the size of one axis (`compute_conv_transpose_output_shape`).
  private func size(_ input: Int?, _ kernel: Int, _ stride: Int, _ dilation: Int, _ padding: Int?)
    throws(ShapeError) -> Int?
  {
    if let padding, padding < 0 || padding >= max(stride, 2) {
      throw ShapeError(reason: "the output padding must be below the stride \(stride), it is \(padding)")
    }
    guard let input else { return nil }
    let span = (kernel - 1) * dilation + 1
    if case .same = border {
      guard let padding else { return input * stride }
      return (input - 1) * stride + span % 2 + padding
    }
    return (input - 1) * stride + span + (padding ?? max(stride - span, 0))
  }
}

extension LocallyConnected {
  func resultShape(_ input: Shape) throws(ShapeError) -> Shape {
    try input.checkRank(4, imageLayout)
    try checkKernel(kernel, rank: 3, "(output positions, window * input channels, output channels)")
    let size = try Border.valid.windowed(input[1], input[2], window: window, strides: strides)
    if let channels = input[3] {
      let expected = [window.height, window.width, channels].checkedProduct ?? -1
      if kernel.shape[1] != expected {
        throw ShapeError(
          reason: "the kernel expects windows of \(kernel.shape[1]) values, the input has \(expected)")
      }
    }
    if let size = size.known {
      if kernel.shape[0] != size[0] * size[1] {
        throw ShapeError(
          reason: "the kernel has \(kernel.shape[0]) positions, the result \(size[0]) x \(size[1])")
      }
      try checkBias(bias, size + [kernel.shape[2]])
    }
    return [input[0]] + size + [kernel.shape[2]]
  }
}

extension Pooling {
  func resultShape(_ input: Shape) throws(ShapeError) -> Shape {
    try input.checkRank(4, imageLayout)
    return [input[0]] + (try border.windowed(input[1], input[2], window: window, strides: strides))
      + [input[3]]
  }
}

extension Resize {
  func resultShape(_ input: Shape) throws(ShapeError) -> Shape {
    try input.checkRank(4, imageLayout)
    switch size {
    case .exactly(let extent):
      try checkPositive(extent, "the size")
      return [input[0], extent.height, extent.width, input[3]]
    case .scaled(let extent):
      try checkPositive(extent, "the scale")
      return [input[0], input[1].map { $0 * extent.height }, input[2].map { $0 * extent.width }, input[3]]
    }
  }
}
