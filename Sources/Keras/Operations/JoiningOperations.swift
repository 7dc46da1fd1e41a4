import Inference
import JSON

extension LayerClass {
  /// Operations that put tensors together, cut them, or repeat them.
  static let joiningOperations: [String: LayerClass] = [
    "Concatenate": LayerClass { layer, builder throws(KerasError) in
      let axis = try layer.configuration.integer("axis", default: 0)
      return .tensor(try builder.add(.concatenation(axis: axis), layer.operands(in: &builder), layer))
    },
    "Stack": LayerClass { layer, builder throws(KerasError) in
      let operands = try layer.operands(0, "x", in: &builder)
      let rank = builder.shape(operands[0]).count + 1
      let given = try layer.configuration.integer("axis", default: 0)
      let axis = given < 0 ? given &+ rank : given
      guard (0..<rank).contains(axis) else {
        throw layer.configuration.error("axis", "an axis of the result")
      }
      var parts: [Graph.ValueID] = []
      for operand in operands {
        parts.append(
          try builder.add(.slice(Array(repeating: .whole, count: axis) + [.newAxis]), [operand], layer))
      }
      return .tensor(try builder.add(.concatenation(axis: axis), parts, layer))
    },
    "Hstack": stack(leastRank: 1) { $0 == 1 ? 0 : 1 },
    "Vstack": stack(leastRank: 2) { _ in 0 },
    "Dstack": stack(leastRank: 3) { _ in 2 },
    "Append": LayerClass { layer, builder throws(KerasError) in
      var parts = [
        try layer.operand(0, "x1", in: &builder), try layer.operand(1, "x2", in: &builder),
      ]
      let axis = try layer.configuration.optionalInteger("axis")
      if axis == nil {
        for index in parts.indices { parts[index] = try builder.flattened(parts[index], layer) }
      }
      return .tensor(try builder.add(.concatenation(axis: axis ?? 0), parts, layer))
    },
    "Split": LayerClass { layer, builder throws(KerasError) in
      try split(layer, &builder, axis: layer.configuration.integer("axis", default: 0), isEven: true)
    },
    "ArraySplit": LayerClass { layer, builder throws(KerasError) in
      try split(layer, &builder, axis: layer.configuration.integer("axis", default: 0), isEven: false)
    },
    "Hsplit": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      return try split(layer, &builder, axis: builder.shape(x).count == 1 ? 0 : 1, isEven: true)
    },
    "Vsplit": LayerClass { layer, builder throws(KerasError) in
      try split(layer, &builder, axis: 0, isEven: true)
    },
    "Dsplit": LayerClass { layer, builder throws(KerasError) in
      try split(layer, &builder, axis: 2, isEven: true)
    },
    "Unstack": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let axis = try layer.axis(of: x, builder) ?? 0
      let count = try builder.size(axis, of: x, layer)
      // Every part is a node: a file's shape must not make millions.
      guard count <= 1 << 12 else { throw layer.error("\(count) parts are too many") }
      var parts: [Value] = []
      for index in 0..<count {
        let slices = Array(repeating: Slice.whole, count: axis) + [.index(index)]
        parts.append(.tensor(try builder.add(.slice(slices), [x], layer)))
      }
      return .list(parts)
    },
    "Tile": LayerClass { layer, builder throws(KerasError) in
      var x = try layer.operand(in: &builder)
      var counts = try builder.sizes(layer.parameter("repeats"), of: x, "repeats", layer)
      if counts.count == 1, layer.configuration["repeats"]?.integer != nil {
        counts = Array(repeating: 1, count: max(builder.shape(x).count - 1, 0)) + counts
      }
      let missing = counts.count - builder.shape(x).count
      if missing > 0 {
        x = try builder.add(.slice(Array(repeating: .newAxis, count: missing)), [x], layer)
      } else {
        counts = Array(repeating: 1, count: -missing) + counts
      }
      return .tensor(try builder.add(.tile(counts), [x], layer))
    },
    "Repeat": LayerClass { layer, builder throws(KerasError) in
      var x = try layer.operand(in: &builder)
      let axis = try layer.axis(of: x, builder)
      if axis == nil { x = try builder.flattened(x, layer) }
      let counts = try layer.configuration.integers("repeats")
      if counts.count == 1 {
        return .tensor(try builder.add(.repeatElements(count: counts[0], axis: axis ?? 0), [x], layer))
      }
      let size = try builder.size(axis ?? 0, of: x, layer)
      guard counts.count == size, counts.allSatisfy({ (0...1 << 16).contains($0) }) else {
        throw layer.configuration.error("repeats", "one count, or one for each of \(size) entries")
      }
      let indices = counts.enumerated().flatMap { index, count in Array(repeating: index, count: count) }
      return .tensor(try builder.add(.take(indices: indices, axis: axis ?? 0), [x], layer))
    },
    "Diff": LayerClass { layer, builder throws(KerasError) in
      var result = try layer.operand(0, "a", in: &builder)
      let axis = try layer.axis(of: result, builder) ?? builder.shape(result).count - 1
      let order = try layer.configuration.integer("n", default: 1)
      guard (0...16).contains(order) else { throw layer.configuration.error("n", "from 0 to 16") }
      let leading = Array(repeating: Slice.whole, count: max(axis, 0))
      for _ in 0..<order {
        let later = try builder.add(
          .slice(leading + [.range(begin: 1, end: nil, step: 1)]), [result], layer)
        let earlier = try builder.add(
          .slice(leading + [.range(begin: nil, end: -1, step: 1)]), [result], layer)
        result = try builder.apply(.subtract, later, earlier, layer)
      }
      return .tensor(result)
    },
  ]

  /// Concatenation of tensors that get axes of size 1 first where they have too few.
  private static func stack(leastRank: Int, axis: @escaping @Sendable (_ rank: Int) -> Int) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      var parts = try layer.operands(in: &builder)
      var rank = builder.shape(parts[0]).count
      for index in parts.indices {
        rank = builder.shape(parts[index]).count
        // numpy puts a vector into the middle of three axes.
        let slices: [Slice]
        switch (rank, leastRank) {
        case (1, 2): slices = [.newAxis, .whole]
        case (1, 3): slices = [.newAxis, .whole, .newAxis]
        case (2, 3): slices = [.whole, .whole, .newAxis]
        default: continue
        }
        parts[index] = try builder.add(.slice(slices), [parts[index]], layer)
      }
      return .tensor(try builder.add(.concatenation(axis: axis(rank)), parts, layer))
    }
  }

  private static func split(_ layer: LayerCall, _ builder: inout GraphBuilder, axis: Int, isEven: Bool)
    throws(KerasError) -> Value
  {
    let x = try layer.operand(in: &builder)
    let axis = try builder.axes([axis], of: x, layer)[0]
    let given = layer.configuration["indices_or_sections"]?.unwrapped
    let size = try builder.size(axis, of: x, layer)
    var ends: [Int]
    if let sections = given?.integer {
      guard (1...max(size, 1)).contains(sections), sections <= 1 << 12, !isEven || size % sections == 0 else {
        throw layer.error("\(size) entries do not divide into \(sections) parts")
      }
      // The first parts are larger by one where they are not even.
      ends = (1...sections).map { $0 * (size / sections) + min($0, size % sections) }
    } else if let indices = given?.array?.allIntegers {
      ends = indices.map { min(max($0 < 0 ? $0 &+ size : $0, 0), size) } + [size]
    } else {
      throw layer.configuration.error("indices_or_sections", "a number of parts, or where to cut")
    }
    var parts: [Value] = []
    var begin = 0
    for end in ends {
      let slices = Array(repeating: Slice.whole, count: axis) + [.range(begin: begin, end: end, step: 1)]
      parts.append(.tensor(try builder.add(.slice(slices), [x], layer)))
      begin = end
    }
    return .list(parts)
  }
}
