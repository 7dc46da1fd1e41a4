import Inference
import JSON

extension LayerClass {
  static let shapeOperations: [String: LayerClass] = [
    "Reshape": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let key = layer.parameter("newshape") == nil ? "shape" : "newshape"
      let sizes = try builder.sizes(layer.parameter(key), of: x, key, layer)
      return .tensor(try builder.add(.reshape(sizes), [x], layer))
    },
    "BroadcastTo": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      var sizes = try builder.sizes(layer.parameter("shape"), of: x, "shape", layer)
      // In a shape to broadcast to, unknown sizes are those that the input has.
      let offset = sizes.count - builder.shape(x).count
      for index in sizes.indices where sizes[index] == -1 && index >= offset { sizes[index] = Operation.keep }
      return .tensor(try builder.add(.broadcast(sizes), [x], layer))
    },
    "Ravel": LayerClass { layer, builder throws(KerasError) in
      .tensor(try builder.flattened(layer.operand(in: &builder), layer))
    },
    "Transpose": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let reversed = Array(builder.shape(x).indices.reversed())
      return .tensor(
        try builder.add(
          .transpose(layer.configuration.integers("axes", default: reversed)), [x], layer))
    },
    "Moveaxis": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let source = try layer.axes("source", of: x, builder) ?? []
      let destination = try layer.axes("destination", of: x, builder) ?? []
      guard source.count == destination.count, Set(source).count == source.count else {
        throw layer.configuration.error("destination", "as many axes as \"source\"")
      }
      var axes = builder.shape(x).indices.filter { !source.contains($0) }
      for (to, from) in zip(destination, source).sorted(by: { $0.0 < $1.0 }) {
        axes.insert(from, at: min(to, axes.count))
      }
      return .tensor(try builder.add(.transpose(axes), [x], layer))
    },
    "Swapaxes": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      guard let first = try layer.axis("axis1", of: x, builder),
        let second = try layer.axis("axis2", of: x, builder)
      else { throw layer.configuration.error("axis1", "an axis") }
      var axes = Array(builder.shape(x).indices)
      axes.swapAt(first, second)
      return .tensor(try builder.add(.transpose(axes), [x], layer))
    },
    "Squeeze": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let shape = builder.shape(x)
      let axes = try layer.axes(of: x, builder) ?? shape.indices.filter { shape[$0] == 1 }
      if let axis = axes.first(where: { shape[$0] ?? 1 != 1 }) {
        throw layer.error("axis \(axis) of the shape \(shape.text) is not of size 1")
      }
      let slices = shape.indices.map { axes.contains($0) ? Slice.index(0) : .whole }
      return .tensor(try builder.add(.slice(slices), [x], layer))
    },
    "ExpandDims": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let given = try layer.configuration.integers("axis")
      let rank = builder.shape(x).count + given.count
      let axes = given.map { $0 < 0 ? $0 &+ rank : $0 }
      guard rank <= 16, axes.allSatisfy({ (0..<rank).contains($0) }) else {
        throw layer.configuration.error("axis", "axes of a shape of \(rank)")
      }
      let slices = (0..<rank).map { axes.contains($0) ? Slice.newAxis : .whole }
      return .tensor(try builder.add(.slice(slices), [x], layer))
    },
    "Flip": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let axes = try layer.axes(of: x, builder) ?? Array(builder.shape(x).indices)
      return .tensor(try builder.add(.flip(axes: axes), [x], layer))
    },
    "Fliplr": flip(axis: 1), "Flipud": flip(axis: 0),
    "Rot90": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(0, "array", "x", in: &builder)
      let axes = try layer.configuration.integers("axes", default: [0, 1])
      guard axes.count == 2 else { throw layer.configuration.error("axes", "two axes") }
      let first = try builder.axes([axes[0]], of: x, layer)[0]
      let second = try builder.axes([axes[1]], of: x, layer)[0]
      let turns = try layer.configuration.integer("k", default: 1) & 3
      if turns == 0 { return .tensor(x) }
      if turns == 2 { return .tensor(try builder.add(.flip(axes: [first, second]), [x], layer)) }
      var swapped = Array(builder.shape(x).indices)
      swapped.swapAt(first, second)
      if turns == 1 {
        let flipped = try builder.add(.flip(axes: [second]), [x], layer)
        return .tensor(try builder.add(.transpose(swapped), [flipped], layer))
      }
      let turned = try builder.add(.transpose(swapped), [x], layer)
      return .tensor(try builder.add(.flip(axes: [second]), [turned], layer))
    },
    "Roll": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let shifts = try layer.configuration.integers("shift")
      guard let axes = try layer.axes(of: x, builder) else {
        let rolled = try builder.roll(
          builder.flattened(x, layer), by: shifts.reduce(0) { $0 &+ $1 }, axis: 0, layer)
        let sizes = try builder.shape(x).indices.map { axis throws(KerasError) in
          try builder.size(axis, of: x, layer)
        }
        return .tensor(try builder.add(.reshape(sizes), [rolled], layer))
      }
      guard shifts.count == axes.count || shifts.count == 1 else {
        throw layer.configuration.error("shift", "as many numbers as axes")
      }
      var result = x
      for (index, axis) in axes.enumerated() {
        result = try builder.roll(
          result, by: shifts.count == 1 ? shifts[0] : shifts[index], axis: axis, layer)
      }
      return .tensor(result)
    },
    "Pad": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let rank = builder.shape(x).count
      let (before, after) = try layer.padWidths(rank: rank)
      let filler = try layer.number(1, "constant_values", default: 0)
      let mode: PaddingMode
      switch try layer.configuration.string("mode", default: "constant").lowercased() {
      case "constant": mode = .constant(filler)
      case "reflect": mode = .reflect
      case "symmetric": mode = .symmetric
      case "edge": mode = .edge
      default: throw layer.configuration.error("mode", "constant, reflect, symmetric or edge")
      }
      return .tensor(try builder.add(.padding(before: before, after: after, mode: mode), [x], layer))
    },
    "Tril": triangle { $0 ? .greaterEqual : .lessEqual },
    "Triu": triangle { $0 ? .lessEqual : .greaterEqual },
  ]

  private static func flip(axis: Int) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      .tensor(try builder.add(.flip(axes: [axis]), [layer.operand(in: &builder)], layer))
    }
  }

  /// Zeros on one side of a diagonal of the last two axes.
  /// - Parameter keeps: how `row + k` compares with `column` where values stay, given true.
  private static func triangle(_ keeps: @escaping @Sendable (Bool) -> Binary) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let diagonal = Float(try layer.configuration.integer("k", default: 0))
      let (rows, columns) = try builder.positions(of: x, layer)
      let moved = try builder.apply(.linear(scale: 1, offset: diagonal), rows, layer)
      let isKept = try builder.apply(keeps(true), moved, columns, layer)
      return .tensor(try builder.add(.select, [isKept, x, builder.scalar(0, layer)], layer))
    }
  }
}

extension LayerCall {
  /// `pad_width`: one number, one pair for all axes, or a pair an axis.
  fileprivate func padWidths(rank: Int) throws(KerasError) -> (before: [Int], after: [Int]) {
    let widths = configuration["pad_width"]?.unwrapped
    if let all = widths?.integer {
      let borders = Array(repeating: all, count: rank)
      return (borders, borders)
    }
    let elements = widths?.array ?? []
    var pairs = elements.compactMap { element -> [Int]? in
      let pair = element.unwrapped.array?.allIntegers ?? element.integer.map { [$0, $0] }
      return pair?.count == 1 ? pair.map { $0 + $0 } : pair
    }
    if elements.count == 2, let pair = elements.allIntegers { pairs = [pair] }
    if pairs.count == 1 { pairs = Array(repeating: pairs[0], count: rank) }
    guard pairs.count == rank, pairs.allSatisfy({ $0.count == 2 }) else {
      throw configuration.error("pad_width", "a number, or a pair of numbers for each axis")
    }
    return (pairs.map { $0[0] }, pairs.map { $0[1] })
  }
}

extension GraphBuilder {
  /// The sizes of a new shape of a value; -1: what remains.
  func sizes(_ parameter: Value?, of value: Graph.ValueID, _ key: String, _ layer: LayerCall)
    throws(KerasError) -> [Int]
  {
    var elements: [Value]
    switch parameter {
    case .list(let values)?: elements = values
    case .constant(let json)?:
      elements = (json.unwrapped.array ?? [json.unwrapped]).map { .constant($0) }
    case .size?: elements = parameter.map { [$0] } ?? []
    default: throw layer.error("its \"\(key)\" is not a shape")
    }
    if elements.count == 1, case .list(let inner) = elements[0] { elements = inner }
    let shape = shape(value)
    var sizes: [Int] = []
    for (index, element) in elements.enumerated() {
      switch element {
      case .constant(let json) where json.integer ?? -2 >= -1: sizes.append(json.integer ?? -1)
      // The size of the batch, which is not known yet.
      case .constant(.null): sizes.append(index == 0 && !shape.isEmpty ? Operation.keep : -1)
      case .size(_, let axis):
        sizes.append(axis == index && index < shape.count ? Operation.keep : -1)
      default: throw layer.error("its \"\(key)\" is not a shape of whole numbers")
      }
    }
    return sizes
  }

  fileprivate mutating func roll(_ value: Graph.ValueID, by shift: Int, axis: Int, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    let size = try size(axis, of: value, layer)
    let shift = ((shift % size) + size) % size
    if shift == 0 { return value }
    let leading = Array(repeating: Slice.whole, count: axis)
    let end = try add(
      .slice(leading + [.range(begin: size - shift, end: nil, step: 1)]), [value], layer)
    let start = try add(
      .slice(leading + [.range(begin: nil, end: size - shift, step: 1)]), [value], layer)
    return try add(.concatenation(axis: axis), [end, start], layer)
  }
}
