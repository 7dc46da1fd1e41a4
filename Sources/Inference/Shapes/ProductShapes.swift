// Shapes of matrix products, and of reductions and normalisations.

extension Dense {
  func resultShape(_ input: Shape) throws(ShapeError) -> Shape {
    guard kernel.shape.count == 2 else {
      throw ShapeError(reason: "the kernel needs 2 axes (inputs, units), its shape is \(kernel.shape.text)")
    }
    guard let last = input.last else { throw ShapeError(reason: "the input has no axes") }
    if let last, last != kernel.shape[0] {
      throw ShapeError(reason: "the kernel expects \(kernel.shape[0]) inputs, the input has \(last)")
    }
    if let bias, bias.shape != [kernel.shape[1]] {
      throw ShapeError(reason: "the bias needs shape (\(kernel.shape[1]),), it has \(bias.shape.text)")
    }
    return input.dropLast() + [kernel.shape[1]]
  }
}

/// numpy's matmul of tensors of at least two axes.
func matMulShape(_ a: Shape, _ b: Shape, transposeA: Bool, transposeB: Bool) throws(ShapeError) -> Shape {
  guard a.count >= 2, b.count >= 2 else {
    throw ShapeError(reason: "both inputs need at least 2 axes, their shapes are \(a.text) and \(b.text)")
  }
  let (rows, innerA) = transposeA ? (a[a.count - 1], a[a.count - 2]) : (a[a.count - 2], a[a.count - 1])
  let (innerB, columns) = transposeB ? (b[b.count - 1], b[b.count - 2]) : (b[b.count - 2], b[b.count - 1])
  if let innerA, let innerB, innerA != innerB {
    throw ShapeError(reason: "the shapes \(a.text) and \(b.text) do not multiply: \(innerA) is not \(innerB)")
  }
  return try Shape(a.dropLast(2)).broadcast(with: Shape(b.dropLast(2))) + [rows, columns]
}

func affineShape(_ input: Shape, scale: Tensor, offset: Tensor, axis: Int) throws(ShapeError) -> Shape {
  let axis = try input.axis(axis)
  for (name, tensor) in [("scale", scale), ("offset", offset)] {
    guard tensor.shape.count == 1 else {
      throw ShapeError(reason: "the \(name) needs 1 axis, its shape is \(tensor.shape.text)")
    }
    if tensor.count != scale.count || input[axis] != nil && input[axis] != tensor.count {
      throw ShapeError(
        reason: "the \(name) has \(tensor.count) values, axis \(axis) of the input \(input.text) differs")
    }
  }
  return input
}

extension Normalization {
  func resultShape(_ input: Shape) throws(ShapeError) -> Shape {
    if !epsilon.isFinite || epsilon < 0 { throw ShapeError(reason: "epsilon is \(epsilon)") }
    if case .group(let count) = kind {
      try checkPositive(count, "the number of groups")
      guard input.count >= 2, let channels = input.last else {
        throw ShapeError(reason: "the input needs at least 2 axes, its shape is \(input.text)")
      }
      if let channels, channels % count != 0 {
        throw ShapeError(reason: "\(channels) channels do not divide into \(count) groups")
      }
    } else {
      _ = try input.axes(axes)
      if axes.isEmpty { throw ShapeError(reason: "it needs an axis") }
    }
    if let gamma { try input.checkCovers(gamma.shape, "gamma") }
    if let beta { try input.checkCovers(beta.shape, "beta") }
    return input
  }
}

extension Shape {
  /// The shape when the given axes (none: all) are reduced.
  func reducing(_ axes: [Int], keepDimensions: Bool) throws(ShapeError) -> Shape {
    let reduced = axes.isEmpty ? Swift.Array(indices) : try self.axes(axes)
    if keepDimensions { return indices.map { reduced.contains($0) ? 1 : self[$0] } }
    return indices.filter { !reduced.contains($0) }.map { self[$0] }
  }
}
