import Inference

extension LayerClass {
  /// Pooling to a given size: the windows are as even as they can be, and overlap where they are not.
  static let adaptivePooling: [String: LayerClass] = [
    "AdaptiveAveragePooling1D": adaptivePooling(.average),
    "AdaptiveAveragePooling2D": adaptivePooling(.average),
    "AdaptiveMaxPooling1D": adaptivePooling(.max),
    "AdaptiveMaxPooling2D": adaptivePooling(.max),
  ]

  /// The same as operation nodes.
  static let adaptivePoolingOperations: [String: LayerClass] = [
    "AdaptiveAveragePool": adaptivePooling(.average),
    "AdaptiveMaxPool": adaptivePooling(.max),
  ]

  private static func adaptivePooling(_ kind: Pooling.Kind) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      var value = try builder.channelsLast(layer.operand(0, "inputs", "x", in: &builder), layer)
      let rank = builder.shape(value).count - 2
      var sizes = try layer.configuration.integers("output_size")
      if sizes.count == 1, rank == 2 { sizes += sizes }
      guard rank == 1 || rank == 2, sizes.count == rank, sizes.allSatisfy({ (1...1 << 12).contains($0) })
      else {
        throw layer.configuration.error("output_size", "a size for each of the one or two axes of an image")
      }
      if rank == 1 { value = try builder.image(ofSequence: value, layer) }
      // Windows are rectangles: one axis after the other.
      for (axis, size) in zip(rank == 1 ? [2] : [1, 2], sizes) {
        value = try builder.pool(kind, value, axis: axis, to: size, layer)
      }
      if rank == 1 { value = try builder.sequence(ofImage: value, layer) }
      return .tensor(try builder.channelsAsSaved(value, layer))
    }
  }
}

extension GraphBuilder {
  fileprivate mutating func pool(
    _ kind: Pooling.Kind, _ image: Graph.ValueID, axis: Int, to count: Int, _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let size = try size(axis, of: image, layer)
    let windows = (0..<count).map { index in
      (start: index * size / count, end: ((index + 1) * size + count - 1) / count)
    }
    // Windows of each length at all places, of which those that count are taken.
    var pooled: [Graph.ValueID] = []
    var firsts: [Int: Int] = [:]
    var total = 0
    for length in Set(windows.map { $0.end - $0.start }).sorted() {
      let window = axis == 1 ? Extent(length, 1) : Extent(1, length)
      let pooling = Pooling(kind, window: window, strides: Extent(1, 1), border: .valid)
      pooled.append(try add(.pooling(pooling), [image], layer))
      firsts[length] = total
      total += size - length + 1
    }
    let all = pooled.count == 1 ? pooled[0] : try add(.concatenation(axis: axis), pooled, layer)
    let indices = windows.map { firsts[$0.end - $0.start, default: 0] + $0.start }
    return try add(.take(indices: indices, axis: axis), [all], layer)
  }
}
