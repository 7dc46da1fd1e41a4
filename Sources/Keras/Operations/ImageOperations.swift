import Inference
import JSON

extension LayerClass {
  /// Operations of `keras.ops.image`, and those that move pixels into channels and back.
  static let imageOperations: [String: LayerClass] = [
    "Resize": LayerClass { layer, builder throws(KerasError) in
      let size = try layer.configuration.extent("size")
      return try builder.onImages(layer) { builder, image throws(KerasError) in
        try builder.resized(image, to: size, layer)
      }
    },
    "RGBToGrayscale": LayerClass { layer, builder throws(KerasError) in
      try builder.onImages(layer) { builder, image throws(KerasError) in
        let weights = Tensor(shape: [3, 1], [0.2989, 0.5870, 0.1140])
        return try builder.add(.dense(Dense(kernel: weights, bias: nil)), [image], layer)
      }
    },
    "PadImages": LayerClass { layer, builder throws(KerasError) in
      try builder.onImages(layer) { builder, image throws(KerasError) in
        let (vertical, horizontal) = try builder.borders(of: image, "padding", layer)
        return try builder.add(
          .padding(
            before: [0, vertical.before, horizontal.before, 0],
            after: [0, vertical.after, horizontal.after, 0], mode: .constant(0)), [image], layer)
      }
    },
    "CropImages": LayerClass { layer, builder throws(KerasError) in
      try builder.onImages(layer) { builder, image throws(KerasError) in
        let (vertical, horizontal) = try builder.borders(of: image, "cropping", layer)
        func slice(_ border: (before: Int, after: Int)) -> Slice {
          .range(begin: border.before, end: border.after == 0 ? nil : -border.after, step: 1)
        }
        return try builder.add(.slice([.whole, slice(vertical), slice(horizontal)]), [image], layer)
      }
    },
    "ExtractPatches": LayerClass { layer, builder throws(KerasError) in
      try builder.onImages(layer) { builder, image throws(KerasError) in
        let size = try layer.configuration.extent("size")
        return try builder.patches(
          of: image, size: size,
          strides: layer.configuration["strides"] == nil ? size : layer.configuration.extent("strides"),
          dilation: layer.configuration.extent("dilation_rate", default: 1),
          border: layer.configuration.border(), layer)
      }
    },
    "SpaceToDepth": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let block = try blockSize(layer)
      let isFirst = try layer.configuration.isChannelsFirst()
      let (height, width, channels) = try imageAxes(of: x, isFirst: isFirst, layer, builder)
      guard height % block == 0, width % block == 0 else {
        throw layer.error("an image of \(height)x\(width) does not divide into blocks of \(block)")
      }
      let (rows, columns) = (height / block, width / block)
      if isFirst {
        return .tensor(
          try builder.rearrange(
            x, as: [channels, rows, block, columns, block], [0, 1, 3, 5, 2, 4],
            to: [-1, rows, columns], layer))
      }
      return .tensor(
        try builder.rearrange(
          x, as: [rows, block, columns, block, channels], [0, 1, 3, 2, 4, 5], to: [rows, columns, -1],
          layer))
    },
    "DepthToSpace": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let block = try blockSize(layer)
      let isFirst = try layer.configuration.isChannelsFirst()
      let (height, width, channels) = try imageAxes(of: x, isFirst: isFirst, layer, builder)
      guard channels % (block * block) == 0 else {
        throw layer.error("\(channels) channels do not divide into blocks of \(block)x\(block)")
      }
      let inner = channels / (block * block)
      if isFirst {
        return .tensor(
          try builder.rearrange(
            x, as: [inner, block, block, height, width], [0, 1, 4, 2, 5, 3],
            to: [inner, height * block, width * block], layer))
      }
      return .tensor(
        try builder.rearrange(
          x, as: [height, width, block, block, inner], [0, 1, 3, 2, 4, 5],
          to: [height * block, width * block, inner], layer))
    },
  ]

  private static func blockSize(_ layer: LayerCall) throws(KerasError) -> Int {
    let size = try layer.configuration.integer("block_size")
    guard (1...1 << 10).contains(size) else {
      throw layer.configuration.error("block_size", "from 1 to 1024")
    }
    return size
  }

  private static func imageAxes(
    of x: Graph.ValueID, isFirst: Bool, _ layer: LayerCall, _ builder: GraphBuilder
  ) throws(KerasError) -> (height: Int, width: Int, channels: Int) {
    guard builder.shape(x).count == 4 else {
      throw layer.error("it takes images, the shape is \(builder.shape(x).text)")
    }
    let sizes = try [1, 2, 3].map { axis throws(KerasError) in try builder.size(axis, of: x, layer) }
    return isFirst ? (sizes[1], sizes[2], sizes[0]) : (sizes[0], sizes[1], sizes[2])
  }
}

extension GraphBuilder {
  /// Does something to the first operand as a batch of channels-last images.
  mutating func onImages(
    _ layer: LayerCall,
    _ body: (inout GraphBuilder, Graph.ValueID) throws(KerasError) -> Graph.ValueID
  ) throws(KerasError) -> Value {
    let x = try layer.operand(0, "images", "x", in: &self)
    guard shape(x).count == 4 else {
      throw layer.error("it takes a batch of images, the shape is \(shape(x).text)")
    }
    let image = try channelsLast(x, layer)
    return .tensor(try channelsAsSaved(body(&self, image), layer))
  }

  /// Splits the axes after the batch, reorders them, and merges them again.
  fileprivate mutating func rearrange(
    _ value: Graph.ValueID, as sizes: [Int], _ axes: [Int], to result: [Int], _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let split = try add(.reshape([Operation.keep] + sizes), [value], layer)
    let moved = try add(.transpose(axes), [split], layer)
    return try add(.reshape([Operation.keep] + result), [moved], layer)
  }

  /// What is added to or cut from height and width, of which three of borders and target size are given.
  fileprivate func borders(of image: Graph.ValueID, _ kind: String, _ layer: LayerCall) throws(KerasError)
    -> (vertical: (before: Int, after: Int), horizontal: (before: Int, after: Int))
  {
    func border(_ before: String, _ after: String, _ target: String, axis: Int) throws(KerasError)
      -> (before: Int, after: Int)
    {
      let configuration = layer.configuration
      let first = try configuration.optionalInteger("\(before)_\(kind)")
      let last = try configuration.optionalInteger("\(after)_\(kind)")
      let range = 0...1 << 30
      if let first, let last {
        guard range.contains(first), range.contains(last) else {
          throw configuration.error("\(before)_\(kind)", "a whole number from 0")
        }
        return (first, last)
      }
      let size = try self.size(axis, of: image, layer)
      let goal = try configuration.integer(target)
      let total = kind == "padding" ? goal &- size : size &- goal
      let known = first ?? last ?? total / 2
      guard range.contains(total), range.contains(known), known <= total else {
        throw configuration.error(target, "a size that leaves a border")
      }
      return first == nil && last != nil ? (total - known, known) : (known, total - known)
    }
    return (
      try border("top", "bottom", "target_height", axis: 1),
      try border("left", "right", "target_width", axis: 2)
    )
  }

  /// Windows of an image, each as the channels of one pixel.
  mutating func patches(
    of image: Graph.ValueID, size: Extent, strides: Extent, dilation: Extent, border: Border,
    _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let range = 1...1 << 12
    guard
      [size, strides, dilation].allSatisfy({ range.contains($0.height) && range.contains($0.width) }),
      size.height * size.width <= 1 << 12
    else { throw layer.error("patches of \(size) at strides of \(strides) are not possible") }
    let rows = try PatchAxis(
      self.size(1, of: image, layer), size.height, strides.height, dilation.height, border)
    let columns = try PatchAxis(
      self.size(2, of: image, layer), size.width, strides.width, dilation.width, border)
    guard rows.count > 0, columns.count > 0 else { throw layer.error("no patch fits into the image") }
    var padded = image
    if rows.padding > 0 || columns.padding > 0 {
      padded = try add(
        .padding(
          before: [0, rows.padding / 2, columns.padding / 2, 0],
          after: [0, rows.padding - rows.padding / 2, columns.padding - columns.padding / 2, 0],
          mode: .constant(0)), [image], layer)
    }
    let channels = try channels(image, layer)
    if size == strides, dilation == Extent(1, 1) {
      // Patches side by side only move.
      let whole = try crop(
        padded, top: 0, left: 0,
        to: Extent(rows.count * size.height, columns.count * size.width), layer)
      return try rearrange(
        whole, as: [rows.count, size.height, columns.count, size.width, channels], [0, 1, 3, 2, 4, 5],
        to: [rows.count, columns.count, -1], layer)
    }
    var parts: [Graph.ValueID] = []
    for row in 0..<size.height {
      for column in 0..<size.width {
        parts.append(
          try add(
            .slice([
              .whole, rows.slice(from: row * dilation.height),
              columns.slice(from: column * dilation.width),
            ]), [padded], layer))
      }
    }
    return try add(.concatenation(axis: -1), parts, layer)
  }
}

/// How patches lie along one axis.
private struct PatchAxis {
  let count: Int
  /// What is added at both ends together.
  let padding: Int
  private let stride: Int

  init(_ size: Int, _ window: Int, _ stride: Int, _ dilation: Int, _ border: Border) {
    self.stride = stride
    let span = (window - 1) * dilation + 1
    if border == .same {
      count = (size - 1) / stride + 1
      padding = max((count - 1) * stride + span - size, 0)
    } else {
      count = size < span ? 0 : (size - span) / stride + 1
      padding = 0
    }
  }

  /// One entry of every patch.
  func slice(from offset: Int) -> Slice {
    .range(begin: offset, end: offset + (count - 1) * stride + 1, step: stride)
  }
}
