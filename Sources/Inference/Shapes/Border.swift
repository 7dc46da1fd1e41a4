/// Where a window may lie at the border.
public enum Border: Sendable, Equatable {
  /// Only inside.
  case valid
  /// TensorFlow's SAME: output is ceil(size / stride), the larger half of the padding after.
  case same
  /// A border of so many elements: zeros for a convolution; in pooling it does not count, as with `same`.
  case explicit(top: Int, bottom: Int, left: Int, right: Int)
}

extension Border {
  /// How often a window fits along one axis.
  /// - Parameters:
  ///   - size: the input's size, nil when unknown.
  ///   - span: the window's size, dilation included.
  ///   - padding: explicit zeros before and after, together.
  private func steps(_ size: Int?, span: Int, stride: Int, padding: Int) throws(ShapeError) -> Int? {
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
