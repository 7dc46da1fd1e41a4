import Glibc
import Inference

extension LayerClass {
  /// Operations of `keras.ops.image` on colours, and filters.
  static let colorOperations: [String: LayerClass] = [
    "RGBToHSV": planes { builder, rgb, layer throws(KerasError) in
      let value = try builder.apply(.maximum, builder.apply(.maximum, rgb[0], rgb[1], layer), rgb[2], layer)
      let least = try builder.apply(.minimum, builder.apply(.minimum, rgb[0], rgb[1], layer), rgb[2], layer)
      let range = try builder.apply(.subtract, value, least, layer)
      let saturation = try builder.quotient(range, value, layer)
      // A sixth of the circle from each colour to the next, beginning at the strongest.
      func hue(_ a: Int, _ b: Int, _ offset: Float, _ builder: inout GraphBuilder) throws(KerasError)
        -> Graph.ValueID
      {
        let difference = try builder.apply(.subtract, rgb[a], rgb[b], layer)
        let sixth = try builder.apply(
          .multiply, builder.quotient(difference, range, layer), 1 / 6, layer)
        return try builder.apply(.add, sixth, offset, layer)
      }
      let isRed = try builder.apply(.equal, value, rgb[0], layer)
      let isGreen = try builder.apply(.equal, value, rgb[1], layer)
      let others = try builder.add(
        .select, [isGreen, hue(2, 0, 2 / 6, &builder), hue(0, 1, 4 / 6, &builder)], layer)
      let around = try builder.add(.select, [isRed, hue(1, 2, 0, &builder), others], layer)
      let isGrey = try builder.apply(.equal, range, 0, layer)
      let angle = try builder.add(.select, [isGrey, builder.scalar(0, layer), around], layer)
      let turned = try builder.apply(.add, angle, builder.apply(.less, angle, 0, layer), layer)
      return [turned, saturation, value]
    },
    "HSVToRGB": planes { builder, hsv, layer throws(KerasError) in
      let angle = try builder.apply(.multiply, builder.apply(.modulo, hsv[0], 1, layer), 6, layer)
      let rest = try builder.apply(.linear(scale: -1, offset: 1), hsv[1], layer)
      var planes: [Graph.ValueID] = []
      for (centre, scale, offset) in [(Float(3), Float(1), Float(-1)), (2, -1, 2), (4, -1, 2)] {
        let distance = try builder.apply(.abs, builder.apply(.subtract, angle, centre, layer), layer)
        let share = try builder.apply(
          .clip(low: 0, high: 1),
          builder.apply(.linear(scale: scale, offset: offset), distance, layer), layer)
        let color = try builder.apply(
          .add, rest, builder.apply(.multiply, hsv[1], share, layer), layer)
        planes.append(try builder.apply(.multiply, hsv[2], color, layer))
      }
      return planes
    },
    "GaussianBlur": LayerClass { layer, builder throws(KerasError) in
      let sizes = try layer.configuration.integers("kernel_size", default: [3, 3])
      let widths = try layer.configuration["sigma"] == nil ? [1, 1] : layer.configuration.numbers("sigma")
      guard sizes.count == 2, sizes.allSatisfy({ (1...1 << 10).contains($0) }), widths.count == 2 else {
        throw layer.configuration.error("kernel_size", "two sizes, and as many numbers of \"sigma\"")
      }
      func bell(_ size: Int, _ width: Double) -> [Float] {
        let heights = (0..<size).map { index in
          let place = (Double(index) - Double(size - 1) / 2) / width
          return exp(-0.5 * place * place)
        }
        let sum = heights.reduce(0, +)
        return heights.map { Float($0 / sum) }
      }
      let (rows, columns) = (bell(sizes[1], widths[1]), bell(sizes[0], widths[0]))
      let window = rows.flatMap { row in columns.map { row * $0 } }
      return try builder.onImages(layer) { builder, image throws(KerasError) in
        try builder.filter(image, window, height: rows.count, layer)
      }
    },
    "SobelEdges": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(0, "images", in: &builder)
      let image = try builder.channelsLast(x, layer)
      var edges: [Graph.ValueID] = []
      for window: [Float] in [[-1, -2, -1, 0, 0, 0, 1, 2, 1], [-1, 0, 1, -2, 0, 2, -1, 0, 1]] {
        let edge = try builder.filter(image, window, height: 3, layer)
        edges.append(try builder.column(builder.channelsAsSaved(edge, layer), layer))
      }
      return .tensor(try builder.add(.concatenation(axis: -1), edges, layer))
    },
  ]

  /// A function of the three channels of images.
  private static func planes(
    _ body:
      @escaping @Sendable (inout GraphBuilder, [Graph.ValueID], LayerCall) throws(KerasError)
      -> [Graph.ValueID]
  ) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(0, "images", in: &builder)
      let rank = builder.shape(x).count
      let axis = try layer.configuration.isChannelsFirst() ? rank - 3 : rank - 1
      guard rank == 3 || rank == 4, builder.shape(x)[axis] == 3 else {
        throw layer.error("it takes images of three channels, the shape is \(builder.shape(x).text)")
      }
      var channels: [Graph.ValueID] = []
      for index in 0..<3 {
        let slices =
          Array(repeating: Slice.whole, count: axis) + [.range(begin: index, end: index + 1, step: 1)]
        channels.append(try builder.add(.slice(slices), [x], layer))
      }
      return .tensor(try builder.add(.concatenation(axis: axis), body(&builder, channels, layer), layer))
    }
  }
}

extension GraphBuilder {
  /// A quotient, 0 where the divisor is not above 0.
  fileprivate mutating func quotient(_ a: Graph.ValueID, _ b: Graph.ValueID, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    let isThere = try apply(.greater, b, 0, layer)
    return try add(.select, [isThere, apply(.divide, a, b, layer), scalar(0, layer)], layer)
  }

  /// Every channel filtered by the same window, with zeros around the image.
  fileprivate mutating func filter(
    _ image: Graph.ValueID, _ window: [Float], height: Int, _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let channels = try channels(image, layer)
    let values = window.flatMap { Array(repeating: $0, count: channels) }
    let kernel = Tensor(shape: [height, window.count / height, channels, 1], values)
    return try add(
      .depthwiseConvolution(DepthwiseConvolution(kernel: kernel, bias: nil, border: .same)), [image], layer)
  }
}
