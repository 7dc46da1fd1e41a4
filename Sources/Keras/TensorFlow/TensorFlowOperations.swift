import Inference
import JSON

extension LayerClass {
  /// What functions of TensorFlow do that no operation of `keras.ops` does.
  static let tensorFlowOperations: [String: LayerClass] = [
    "Shape": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let sizes = builder.shape(x).enumerated().map { axis, size -> Value in
        size.map { .constant(.integer($0)) } ?? .size(of: x, axis: axis)
      }
      return .list([.list(sizes)])
    },
    "L2Normalize": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let axes = try layer.axes(of: x, builder) ?? Array(builder.shape(x).indices)
      let unit = Normalization(
        .unit, axes: axes, epsilon: try layer.configuration.epsilon(default: 1e-12), gamma: nil, beta: nil)
      return .tensor(try builder.add(.normalization(unit), [x], layer))
    },
    "SumOfList": LayerClass { layer, builder throws(KerasError) in
      let operands = try layer.operands(in: &builder)
      var sum = operands[0]
      for operand in operands.dropFirst() { sum = try builder.apply(.add, sum, operand, layer) }
      return .tensor(sum)
    },
    "SplitSizes": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let axis = try layer.axis(of: x, builder) ?? 0
      let size = try builder.size(axis, of: x, layer)
      let given = layer.configuration["num_or_size_splits"]?.unwrapped
      var sizes: [Int]
      if let count = given?.integer, (1...1 << 12).contains(count), size % count == 0 {
        sizes = Array(repeating: size / count, count: count)
      } else if let list = given?.array?.allIntegers, list.allSatisfy({ (-1...size).contains($0) }) {
        sizes = list
      } else {
        throw layer.configuration.error("num_or_size_splits", "parts of \(size) entries")
      }
      // One size may be whatever is left.
      if let rest = sizes.firstIndex(of: -1) {
        sizes[rest] = size - sizes.reduce(1) { $0 &+ $1 }
      }
      var parts: [Value] = []
      var begin = 0
      for part in sizes {
        let slices =
          Array(repeating: Slice.whole, count: axis) + [.range(begin: begin, end: begin &+ part, step: 1)]
        parts.append(.tensor(try builder.add(.slice(slices), [x], layer)))
        begin = begin &+ part
      }
      return .list(parts)
    },
    "StridedSlice": LayerClass { layer, builder throws(KerasError) in
      let keys = try stridedKeys(layer)
      if let item = try layer.itemOfSizes(keys) { return item }
      let x = try layer.operand(in: &builder)
      return .tensor(try builder.item(x, keys, layer))
    },
    "LocalResponseNormalization": LayerClass(build: buildLocalResponseNormalization),
    "PerImageStandardization": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let rank = builder.shape(x).count
      var count = 1
      for axis in max(rank - 3, 0)..<rank { count *= try builder.size(axis, of: x, layer) }
      let mean = try builder.reduce(.mean, x, [-3, -2, -1], true, layer)
      let variance = try builder.reduce(.variance, x, [-3, -2, -1], true, layer)
      let deviation = try builder.apply(
        .maximum, builder.apply(.sqrt, variance, layer), 1 / Float(count).squareRoot(), layer)
      return .tensor(
        try builder.apply(.divide, builder.apply(.subtract, x, mean, layer), deviation, layer))
    },
    "CentralCrop": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let fraction = try layer.configuration.number("central_fraction")
      guard fraction > 0, fraction <= 1 else {
        throw layer.configuration.error("central_fraction", "above 0 and at most 1")
      }
      let (height, width) = try builder.imageSize(x, layer)
      func border(_ size: Int) -> Int { Int((Double(size) - Double(size) * fraction) / 2) }
      let (top, left) = (border(height), border(width))
      return .tensor(
        try builder.crop(
          x, top: top, left: left, to: Extent(height - 2 * top, width - 2 * left), layer))
    },
    "LegacyResize": LayerClass(build: legacyResize),
    "WhereRows": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(1, "x", in: &builder)
      let rank = builder.shape(x).count
      var condition = try layer.operand(0, "condition", in: &builder)
      // A list of conditions is one of rows, where `tf.where` of TensorFlow 2 would take it for one of columns.
      if builder.shape(condition).count == 1, rank > 1 {
        let columns = Array(repeating: Slice.newAxis, count: rank - 1)
        condition = try builder.add(.slice([.whole] + columns), [condition], layer)
      }
      return .tensor(try builder.add(.select, [condition, x, layer.operand(2, "y", in: &builder)], layer))
    },
  ]

  /// The entries of `tf.strided_slice` as Python's `x[...]` has them.
  private static func stridedKeys(_ layer: LayerCall) throws(KerasError) -> [ItemKey] {
    let configuration = layer.configuration
    let begin = try configuration.integers("begin")
    let end = try configuration.integers("end")
    let strides = try configuration.integers("steps", default: Array(repeating: 1, count: begin.count))
    guard end.count == begin.count, strides.count == begin.count, begin.count <= 32 else {
      throw configuration.error("end", "as many as \"begin\" has")
    }
    func mask(_ key: String) throws(KerasError) -> Int { try configuration.integer(key, default: 0) }
    let (beginMask, endMask) = (try mask("begin_mask"), try mask("end_mask"))
    let (ellipsis, new, shrink) = (
      try mask("ellipsis_mask"), try mask("new_axis_mask"), try mask("shrink_axis_mask")
    )
    return begin.indices.map { index in
      let bit = 1 << index
      if ellipsis & bit != 0 { return .ellipsis }
      if new & bit != 0 { return .slice(.newAxis) }
      if shrink & bit != 0 { return .slice(.index(begin[index])) }
      let (first, last) = (beginMask & bit != 0 ? nil : begin[index], endMask & bit != 0 ? nil : end[index])
      if first == nil, last == nil, strides[index] == 1 { return .slice(.whole) }
      return .slice(.range(begin: first, end: last, step: strides[index]))
    }
  }

  /// `tf.compat.v1.image.resize` and its siblings, whose pixels have no half-pixel centres unless asked.
  @Sendable private static func legacyResize(_ layer: LayerCall, _ builder: inout GraphBuilder)
    throws(KerasError) -> Value
  {
    let configuration = layer.configuration
    let image = try layer.operand(in: &builder)
    guard builder.shape(image).count == 4 else {
      throw layer.error("it takes a batch of images, the shape is \(builder.shape(image).text)")
    }
    // The methods of `tf.compat.v1.image.ResizeMethod` are numbers.
    let isBilinear: Bool
    switch configuration["method"] {
    case nil, .string("bilinear"), .integer(0): isBilinear = true
    case .string("nearest"), .integer(1): isBilinear = false
    default: throw configuration.error("method", "bilinear (0) or nearest (1)")
    }
    let size = try configuration.extent("size")
    let alignsCorners = try configuration.bool("align_corners", default: false)
    if try configuration.bool("half_pixel_centers", default: false) {
      let resize = Resize(size: .exactly(size), interpolation: isBilinear ? .bilinear : .nearest)
      return .tensor(try builder.add(.resize(resize), [image], layer))
    }
    return .tensor(
      try builder.legacyResize(image, to: size, isBilinear: isBilinear, alignsCorners: alignsCorners, layer))
  }
}

/// `x / (bias + alpha * sum of squares of neighbouring channels) ^ beta`
@Sendable private func buildLocalResponseNormalization(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let configuration = layer.configuration
  let x = try layer.operand(in: &builder)
  let channels = try builder.channels(x, layer)
  let radius = try configuration.integer("depth_radius", default: 5)
  let bias = Float(try configuration.number("bias", default: 1))
  let alpha = Float(try configuration.number("alpha", default: 1))
  let beta = Float(try configuration.number("beta", default: 0.5))
  guard channels <= 1 << 11, (0...1 << 20).contains(radius) else {
    throw layer.error("\(channels) channels with a radius of \(radius) are too many")
  }
  // The sum over neighbours is a product with a band matrix.
  var band = Array(repeating: Float(0), count: channels * channels)
  for row in 0..<channels {
    for column in max(row - radius, 0)...min(row + radius, channels - 1) { band[row * channels + column] = 1 }
  }
  let kernel = Tensor(shape: [channels, channels], band)
  let squares = try builder.apply(.square, x, layer)
  let sums = try builder.add(.dense(Dense(kernel: kernel, bias: nil)), [squares], layer)
  let bounded = try builder.apply(.linear(scale: alpha, offset: bias), sums, layer)
  return .tensor(
    try builder.apply(.divide, x, builder.apply(.power, bounded, beta, layer), layer))
}

extension GraphBuilder {
  /// Resizes as TensorFlow 1 did: result pixel `i` lies at `i * scale`, without half-pixel centres.
  mutating func legacyResize(
    _ image: Graph.ValueID, to size: Extent, isBilinear: Bool, alignsCorners: Bool, _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let (height, width) = try imageSize(image, layer)
    var result = image
    for (axis, from, to) in [(1, height, size.height), (2, width, size.width)] where from != to {
      guard (1...1 << 16).contains(to) else { throw layer.configuration.error("size", "a possible size") }
      let scale =
        alignsCorners && to > 1 ? Float(from - 1) / Float(to - 1) : Float(from) / Float(to)
      let positions = (0..<to).map { Float($0) * scale }
      if !isBilinear {
        let indices = positions.map {
          min(Int(alignsCorners ? $0.rounded(.toNearestOrAwayFromZero) : $0.rounded(.down)), from - 1)
        }
        result = try add(.take(indices: indices, axis: axis), [result], layer)
        continue
      }
      let first = positions.map { min(Int($0), from - 1) }
      let low = try add(.take(indices: first, axis: axis), [result], layer)
      let high = try add(.take(indices: first.map { min($0 + 1, from - 1) }, axis: axis), [result], layer)
      // The share of the second pixel, along the axis.
      let shares = zip(positions, first).map { $0 - Float($1) }
      let share = constant(Tensor(shape: axis == 1 ? [to, 1, 1] : [to, 1], shares), layer)
      let difference = try apply(.multiply, apply(.subtract, high, low, layer), share, layer)
      result = try apply(.add, low, difference, layer)
    }
    return result
  }
}
