/// Rewrites operations into few simple forms while a graph is built, so that there is one step for each:
///
/// - softmax, log-softmax, sparsemax, sorting and layer-like normalisations run over the last axis alone;
/// - reductions run over one axis, which disappears; so does pooling with one window;
/// - affine, cumulative sums and products and arguments run over one axis counted from the front;
/// - convolutions with a channel a group are depthwise (ConvNeXt is saved with such);
/// - einsum is made of transposes, reshapes and matmul.
///
/// Reshapes cost nothing, and transposes that cancel are dropped later.
struct Canonicalization {
  /// What has been emitted; all its shapes are known.
  var graph = Graph()

  mutating func emit(_ operation: Operation, _ inputs: [Graph.ValueID], name: String) throws(GraphError)
    -> Graph.ValueID
  {
    // The checks come first: what follows relies on them.
    do throws(ShapeError) {
      let shapes = inputs.map { graph.shape(of: $0) }
      let definition = operation.definition
      let shape = try definition.checkedShape(shapes).compactMap { $0 }
      return switch definition.form {
      case .unchanged: try add(operation, inputs, name)
      case .lastAxis(let axes, let simple): try overLastAxis(inputs[0], axes, name, simple)
      case .middleAxis(let axis, let simple): try overMiddleAxis(inputs[0], axis, simple, result: shape, name)
      case .rewritten: try rewrite(operation, inputs, shape, name)
      }
    } catch {
      throw GraphError(node: name, operation: operation.name, reason: error.reason)
    }
  }

  /// The operations whose simple form depends on the shapes.
  private mutating func rewrite(
    _ operation: Operation, _ inputs: [Graph.ValueID], _ shape: [Int], _ name: String
  ) throws(ShapeError) -> Graph.ValueID {
    switch operation {
    case .normalization(let normalization): return try normalize(normalization, inputs[0], name)
    case .reduction(let reduction, let axes, _): return try reduce(reduction, axes, inputs[0], shape, name)
    case .affine(let scale, let offset, let axis):
      let axis = try graph.shape(of: inputs[0]).axis(axis)
      if axis == shape.count - 1 {
        return try add(.affine(scale: scale, offset: offset, axis: axis), inputs, name)
      }
      return try overMiddleAxis(
        inputs[0], axis, .affine(scale: scale, offset: offset, axis: 1), result: shape, name)
    case .pooling(let pooling) where pooling.coversAll(sizes(inputs[0])):
      let reduction: Reduction = pooling.kind == .max ? .max : .mean
      return try reduce(reduction, [1, 2], inputs[0], shape, name)
    case .convolution(let convolution) where convolution.isDepthwise:
      let depthwise = DepthwiseConvolution(
        kernel: convolution.kernel.reshaped(convolution.kernel.shape[..<2] + [convolution.groups, 1]),
        bias: convolution.bias, strides: convolution.strides, dilation: convolution.dilation,
        border: convolution.border)
      return try add(.depthwiseConvolution(depthwise), inputs, name)
    case .einsum(let equation): return try einsum(Einsum(equation), inputs, name)
    default: return try add(operation, inputs, name)
    }
  }

  /// Adds an operation as it is.
  mutating func add(_ operation: Operation, _ inputs: [Graph.ValueID], _ name: String) throws(ShapeError)
    -> Graph.ValueID
  {
    do throws(GraphError) {
      return try graph.add(operation, inputs, name: name)
    } catch {
      throw ShapeError(reason: error.reason)
    }
  }

  mutating func reshape(_ value: Graph.ValueID, _ shape: [Int], _ name: String) throws(ShapeError)
    -> Graph.ValueID
  {
    graph.shape(of: value) == shape ? value : try add(.reshape(shape), [value], name)
  }

  mutating func transpose(_ value: Graph.ValueID, _ permutation: [Int], _ name: String)
    throws(ShapeError) -> Graph.ValueID
  {
    permutation == Array(permutation.indices) ? value : try add(.transpose(permutation), [value], name)
  }

  func sizes(_ value: Graph.ValueID) -> [Int] { graph.nodes[value.index].sizes }

  /// Runs an operation over axis 1 of a value viewed as `[outer, axis, inner]`, or `[outer, axis]` when the axis
  /// is the last.
  private mutating func overMiddleAxis(
    _ value: Graph.ValueID, _ axis: Int, _ operation: Operation, result: [Int], _ name: String
  ) throws(ShapeError) -> Graph.ValueID {
    let axis = try graph.shape(of: value).axis(axis)
    let sizes = sizes(value)
    let outer = sizes[..<axis].reduce(1, *)
    let inner = sizes[(axis + 1)...].reduce(1, *)
    let isLast = axis == sizes.count - 1
    let view = try reshape(value, isLast ? [outer, sizes[axis]] : [outer, sizes[axis], inner], name)
    return try reshape(add(operation, [view], name), result, name)
  }

  /// Runs an operation on given axes moved to the end and merged into one.
  private mutating func overLastAxis(
    _ value: Graph.ValueID, _ axes: [Int], _ name: String, _ operation: Operation
  ) throws(ShapeError) -> Graph.ValueID {
    let shape = sizes(value)
    let axes = try graph.shape(of: value).axes(axes)
    let kept = shape.indices.filter { !axes.contains($0) }
    let permutation = kept + axes
    let size = axes.reduce(1) { $0 * shape[$1] }
    let moved = try transpose(value, permutation, name)
    let merged = try reshape(moved, kept.map { shape[$0] } + [size], name)
    let result = try add(operation, [merged], name)
    let split = try reshape(result, permutation.map { shape[$0] }, name)
    return try transpose(split, permutation.inverted, name)
  }

  private mutating func reduce(
    _ reduction: Reduction, _ axes: [Int], _ value: Graph.ValueID, _ shape: [Int], _ name: String
  ) throws(ShapeError) -> Graph.ValueID {
    let sizes = sizes(value)
    let resolved = try graph.shape(of: value).axes(axes.isEmpty ? Array(sizes.indices) : axes)
    // Axes of size 1 need no reducing.
    let reduced = resolved.filter { sizes[$0] > 1 }
    var source = value
    var first = reduced.first ?? sizes.count
    var last = reduced.last ?? sizes.count - 1
    var layout = sizes
    if (first...max(first, last)).contains(where: {
      $0 < sizes.count && sizes[$0] > 1 && !reduced.contains($0)
    }) {
      let kept = sizes.indices.filter { !reduced.contains($0) }
      source = try transpose(value, kept + reduced, name)
      layout = (kept + reduced).map { sizes[$0] }
      first = kept.count
      last = sizes.count - 1
    }
    let outer = layout[..<first].reduce(1, *)
    let count = first <= last ? layout[first...last].reduce(1, *) : 1
    let inner = last + 1 < layout.count ? layout[(last + 1)...].reduce(1, *) : 1
    let view = inner == 1 ? [outer, count] : [outer, count, inner]
    let result = try add(
      .reduction(reduction, axes: [1], keepDimensions: false), [try reshape(source, view, name)], name)
    return try reshape(result, shape, name)
  }

  private mutating func normalize(_ normalization: Normalization, _ value: Graph.ValueID, _ name: String)
    throws(ShapeError) -> Graph.ValueID
  {
    let shape = sizes(value)
    let channels = shape[shape.count - 1]
    var simple = normalization
    simple.axes = [-1]
    func isVector(_ tensor: Tensor?) -> Bool {
      tensor.map { $0.count == channels && $0.shape.last == channels } ?? true
    }
    var isLastAxis = false
    if case .group = normalization.kind {
      isLastAxis = true
    } else {
      isLastAxis = try graph.shape(of: value).axes(normalization.axes) == [shape.count - 1]
    }
    if isLastAxis && isVector(normalization.gamma) && isVector(normalization.beta) {
      simple.gamma = normalization.gamma?.reshaped([channels])
      simple.beta = normalization.beta?.reshaped([channels])
      return try add(.normalization(simple), [value], name)
    }
    simple.gamma = nil
    simple.beta = nil
    let plain = simple
    var result: Graph.ValueID
    if isLastAxis {
      result = try add(.normalization(plain), [value], name)
    } else {
      result = try overLastAxis(value, normalization.axes, name, .normalization(plain))
    }
    if let gamma = normalization.gamma {
      result = try add(.binary(.multiply), [result, graph.addConstant(gamma, name: name)], name)
    }
    if let beta = normalization.beta {
      result = try add(.binary(.add), [result, graph.addConstant(beta, name: name)], name)
    }
    return result
  }
}

extension [Int] {
  /// The permutation that undoes this one.
  var inverted: [Int] {
    var result = self
    for (index, axis) in enumerated() { result[axis] = index }
    return result
  }
}
