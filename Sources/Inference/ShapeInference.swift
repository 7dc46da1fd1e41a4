/// Why shapes do not fit, before it is known which node it is.
struct ShapeError: Error {
  let reason: String
}

extension Operation {
  /// The operation's name in messages and profiles, e.g. `convolution`.
  var name: String {
    switch self {
    case .input: "input"
    case .constant: "constant"
    case .convolution: "convolution"
    case .depthwiseConvolution: "depthwise convolution"
    case .transposedConvolution: "transposed convolution"
    case .locallyConnected: "locally connected"
    case .dense: "dense"
    case .matMul: "matmul"
    case .einsum: "einsum"
    case .pooling(let pooling): pooling.kind == .max ? "max pooling" : "average pooling"
    case .reduction(let reduction, _, _): "\(reduction) reduction"
    case .argument(let extremum, _): extremum == .max ? "argmax" : "argmin"
    case .cumulativeSum: "cumulative sum"
    case .cumulativeProduct: "cumulative product"
    case .sort: "sort"
    case .argumentSort: "argsort"
    case .unary(let unary): unary.name
    case .binary(let binary): "\(binary)"
    case .select: "select"
    case .affine: "affine"
    case .parametricReLU: "prelu"
    case .normalization: "normalization"
    case .softmax: "softmax"
    case .logSoftmax: "log softmax"
    case .sparsemax: "sparsemax"
    case .padding: "padding"
    case .slice: "slice"
    case .concatenation: "concatenation"
    case .reshape: "reshape"
    case .transpose: "transpose"
    case .broadcast: "broadcast"
    case .repeatElements: "repeat"
    case .tile: "tile"
    case .flip: "flip"
    case .resize: "resize"
    case .embedding: "embedding"
    case .take: "take"
    case .oneHot: "one-hot"
    }
  }

  /// The result's shape for inputs of the given shapes, which may be known in part only.
  ///
  /// With all sizes known the checks are complete; an unknown size is taken to fit.
  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    for input in inputs { try input.checkLimits() }
    try checkInputCount(inputs.count)
    let shape = try uncheckedShape(inputs)
    try shape.checkLimits()
    return shape
  }

  private func uncheckedShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    switch self {
    case .input: throw ShapeError(reason: "inputs are declared with addInput")
    case .constant(let tensor): return tensor.shape
    case .convolution(let convolution): return try convolution.resultShape(inputs[0])
    case .depthwiseConvolution(let convolution): return try convolution.resultShape(inputs[0])
    case .transposedConvolution(let convolution): return try convolution.resultShape(inputs[0])
    case .locallyConnected(let layer): return try layer.resultShape(inputs[0])
    case .dense(let dense): return try dense.resultShape(inputs[0])
    case .matMul(let transposeA, let transposeB):
      return try matMulShape(inputs[0], inputs[1], transposeA: transposeA, transposeB: transposeB)
    case .einsum(let equation): return try Einsum(equation).resultShape(inputs)
    case .pooling(let pooling): return try pooling.resultShape(inputs[0])
    case .reduction(_, let axes, let keepDimensions):
      return try inputs[0].reducing(axes, keepDimensions: keepDimensions)
    case .argument(_, let axis): return try inputs[0].reducing([axis], keepDimensions: false)
    case .cumulativeSum(let axis), .cumulativeProduct(let axis), .sort(let axis), .logSoftmax(let axis),
      .sparsemax(let axis):
      _ = try inputs[0].axis(axis)
      return inputs[0]
    case .argumentSort(let axis):
      // Indices are float32 numbers, as all values.
      if let size = inputs[0][try inputs[0].axis(axis)], size > 1 << 24 {
        throw ShapeError(reason: "\(size) values are too many to sort")
      }
      return inputs[0]
    case .softmax(let axes):
      _ = try inputs[0].axes(axes)
      return inputs[0]
    case .unary: return inputs[0]
    case .binary: return try inputs[0].broadcast(with: inputs[1])
    case .select: return try inputs[0].broadcast(with: inputs[1]).broadcast(with: inputs[2])
    case .affine(let scale, let offset, let axis):
      return try affineShape(inputs[0], scale: scale, offset: offset, axis: axis)
    case .parametricReLU(let alpha):
      try Shape(inputs[0].dropFirst()).checkCovers(alpha.shape, "alpha")
      return inputs[0]
    case .normalization(let normalization): return try normalization.resultShape(inputs[0])
    case .padding(let before, let after, let mode):
      return try inputs[0].padding(before: before, after: after, mode: mode)
    case .slice(let slices): return try inputs[0].slicing(slices)
    case .concatenation(let axis): return try concatenationShape(inputs, axis: axis)
    case .reshape(let target): return try inputs[0].reshaping(target)
    case .transpose(let permutation): return try inputs[0].transposing(permutation)
    case .broadcast(let target): return try inputs[0].broadcasting(to: target)
    case .repeatElements(let count, let axis): return try inputs[0].repeating(count, axis: axis)
    case .tile(let counts): return try inputs[0].tiling(counts)
    case .flip(let axes):
      _ = try inputs[0].axes(axes)
      return inputs[0]
    case .resize(let resize): return try resize.resultShape(inputs[0])
    case .embedding(let table):
      guard table.shape.count == 2 else {
        throw ShapeError(reason: "the table needs 2 axes, it has shape \(table.shape.text)")
      }
      return inputs[0] + [table.shape[1]]
    case .take(let indices, let axis): return try inputs[0].taking(indices, axis: axis)
    case .oneHot(let count): return inputs[0] + [count]
    }
  }

  private func checkInputCount(_ count: Int) throws(ShapeError) {
    let expected: ClosedRange<Int>
    switch self {
    case .input, .constant: expected = 0...0
    case .matMul, .binary: expected = 2...2
    case .select: expected = 3...3
    case .einsum, .concatenation: expected = 1...Int.max
    default: expected = 1...1
    }
    if !expected.contains(count) {
      let wanted = expected.count == 1 ? "\(expected.lowerBound)" : "at least \(expected.lowerBound)"
      throw ShapeError(reason: "it takes \(wanted) inputs, it is given \(count)")
    }
  }
}

extension Unary {
  /// The function's name without its parameters.
  var name: String { String("\(self)".prefix { $0 != "(" }) }
}
