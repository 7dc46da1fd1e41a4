import Inference
import JSON

extension LayerClass {
  /// Operations on matrices, vectors and indices that are neither products nor rearrangements.
  static let matrixOperations: [String: LayerClass] = [
    "Diagonal": LayerClass { layer, builder throws(KerasError) in
      .tensor(try builder.diagonal(layer.operand(in: &builder), layer))
    },
    "Trace": LayerClass { layer, builder throws(KerasError) in
      let diagonal = try builder.diagonal(layer.operand(in: &builder), layer)
      return .tensor(try builder.reduce(.sum, diagonal, [-1], false, layer))
    },
    "Det": LayerClass { layer, builder throws(KerasError) in
      .tensor(try builder.add(.determinant, [layer.operand(in: &builder)], layer))
    },
    "Cross": LayerClass { layer, builder throws(KerasError) in
      // The three parts of each vector.
      func parts(_ position: Int, _ name: String, _ key: String, _ builder: inout GraphBuilder)
        throws(KerasError) -> [Graph.ValueID]
      {
        let vector = try layer.operand(position, name, in: &builder)
        let axis = try layer.axis(key, of: vector, builder) ?? builder.shape(vector).count - 1
        guard try builder.size(axis, of: vector, layer) == 3 else {
          throw layer.error("its vectors are not of size 3")
        }
        var parts: [Graph.ValueID] = []
        for index in 0..<3 {
          let slices = Array(repeating: Slice.whole, count: axis) + [.index(index)]
          parts.append(try builder.add(.slice(slices), [vector], layer))
        }
        return parts
      }
      let a = try parts(0, "x1", "axisa", &builder)
      let b = try parts(1, "x2", "axisb", &builder)
      var results: [Graph.ValueID] = []
      for (first, second) in [(1, 2), (2, 0), (0, 1)] {
        let difference = try builder.apply(
          .subtract, builder.apply(.multiply, a[first], b[second], layer),
          builder.apply(.multiply, a[second], b[first], layer), layer)
        results.append(difference)
      }
      let rank = builder.shape(results[0]).count
      let given = try layer.configuration.integer("axisc", default: -1)
      let axis = given < 0 ? given &+ rank + 1 : given
      guard (0...rank).contains(axis) else {
        throw layer.configuration.error("axisc", "an axis of the result")
      }
      for index in results.indices {
        let slices = Array(repeating: Slice.whole, count: axis) + [.newAxis]
        results[index] = try builder.add(.slice(slices), [results[index]], layer)
      }
      return .tensor(try builder.add(.concatenation(axis: axis), results, layer))
    },
    "Kron": LayerClass { layer, builder throws(KerasError) in
      var a = try layer.operand(0, "x1", in: &builder)
      var b = try layer.operand(1, "x2", in: &builder)
      let rank = max(builder.shape(a).count, builder.shape(b).count)
      func padded(_ value: Graph.ValueID, _ builder: inout GraphBuilder) throws(KerasError)
        -> Graph.ValueID
      {
        let missing = Array(repeating: Slice.newAxis, count: rank - builder.shape(value).count)
        return try builder.add(.slice(missing), [value], layer)
      }
      a = try padded(a, &builder)
      b = try padded(b, &builder)
      var sizes: [Int] = []
      for axis in 0..<rank {
        // The batch, which is not known, takes what remains.
        guard let first = builder.shape(a)[axis], let second = builder.shape(b)[axis] else {
          sizes.append(-1)
          continue
        }
        sizes.append(first.multipliedReportingOverflow(by: second).partialValue)
      }
      a = try builder.add(.slice((0..<2 * rank).map { $0 % 2 == 0 ? .whole : .newAxis }), [a], layer)
      b = try builder.add(.slice((0..<2 * rank).map { $0 % 2 == 0 ? .newAxis : .whole }), [b], layer)
      let products = try builder.apply(.multiply, a, b, layer)
      return .tensor(try builder.add(.reshape(sizes), [products], layer))
    },
    "Vander": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let last = builder.shape(x).count - 1
      let given = try layer.configuration.optionalInteger("N")
      let count = given == nil ? try builder.size(last, of: x, layer) : given ?? 0
      var powers = try builder.indices(count, layer)
      if try !layer.configuration.bool("increasing", default: false) {
        powers = try builder.add(.flip(axes: [0]), [powers], layer)
      }
      return .tensor(try builder.apply(.power, builder.column(x, layer), powers, layer))
    },
    "CDist": LayerClass { layer, builder throws(KerasError) in
      let a = try layer.operand(0, "x", in: &builder)
      let b = try layer.operand(1, "y", in: &builder)
      let rank = builder.shape(a).count
      guard rank >= 2, builder.shape(b).count == rank else {
        throw layer.error("its operands are not matrices of the same number of axes")
      }
      let leading = Array(repeating: Slice.whole, count: rank - 2)
      let squares = try builder.apply(
        .squaredDifference, builder.add(.slice(leading + [.whole, .newAxis]), [a], layer),
        builder.add(.slice(leading + [.newAxis]), [b], layer), layer)
      return .tensor(
        try builder.apply(.sqrt, builder.reduce(.sum, squares, [-1], false, layer), layer))
    },
    "IsIn": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(0, "x1", in: &builder)
      let members = try builder.flattened(layer.operand(1, "x2", in: &builder), layer)
      let isMember = try builder.reduce(
        .any, builder.apply(.equal, builder.column(x, layer), members, layer), [-1], false, layer)
      let isInverse = try layer.configuration.bool("invert", default: false)
      return .tensor(isInverse ? try builder.apply(.logicalNot, isMember, layer) : isMember)
    },
    "Digitize": LayerClass { layer, builder throws(KerasError) in
      let x = try builder.column(layer.operand(in: &builder), layer)
      let isAbove = try builder.apply(
        .greaterEqual, x, layer.operand(1, "bins", in: &builder), layer)
      return .tensor(try builder.reduce(.sum, isAbove, [-1], false, layer))
    },
    "SearchSorted": LayerClass { layer, builder throws(KerasError) in
      let sequence = try layer.operand(0, "sorted_sequence", in: &builder)
      guard builder.shape(sequence).count == 1 else { throw layer.error("its sequence is not a vector") }
      let values = try builder.column(layer.operand(1, "values", in: &builder), layer)
      let isRight = try layer.configuration.string("side", default: "left") == "right"
      let isBefore = try builder.apply(isRight ? .lessEqual : .less, sequence, values, layer)
      return .tensor(try builder.reduce(.sum, isBefore, [-1], false, layer))
    },
    "UnravelIndex": LayerClass { layer, builder throws(KerasError) in
      var rest = try layer.operand(0, "indices", in: &builder)
      let sizes = try layer.configuration.integers("shape")
      guard sizes.count <= 16, sizes.allSatisfy({ $0 > 0 }) else {
        throw layer.configuration.error("shape", "sizes of axes")
      }
      var parts: [Value] = []
      for size in sizes.reversed() {
        parts.insert(.tensor(try builder.apply(.modulo, rest, Float(size), layer)), at: 0)
        rest = try builder.apply(.floorDivide, rest, Float(size), layer)
      }
      return .list(parts)
    },
    "MultiHot": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(0, "inputs", in: &builder)
      let hot = try builder.add(
        .oneHot(count: layer.configuration.integer("num_classes")), [x], layer)
      // Keras takes the classes along the first axis of a sample together, or of all where there is no other.
      let rank = builder.shape(hot).count
      let axis = try layer.configuration.integer("axis", default: -1)
      guard axis == -1 || axis == rank - 1 else { throw layer.configuration.error("axis", "the last") }
      return .tensor(try builder.reduce(.max, hot, [rank > 2 ? 1 : 0], false, layer))
    },
    "ExtractSequences": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let axis = builder.shape(x).count - 1
      let size = try builder.size(axis, of: x, layer)
      let length = try layer.configuration.integer("sequence_length")
      let stride = try layer.configuration.integer("sequence_stride")
      guard (1...max(size, 1)).contains(length), stride > 0 else {
        throw layer.error("\(size) values do not divide into sequences of \(length)")
      }
      let starts = Array(Swift.stride(from: 0, through: size - length, by: stride))
      guard starts.count * length <= 1 << 20 else {
        throw layer.error("\(starts.count) sequences of \(length) values are too many")
      }
      let indices = starts.flatMap { $0..<$0 + length }
      let taken = try builder.add(.take(indices: indices, axis: axis), [x], layer)
      let kept = Array(repeating: Operation.keep, count: axis)
      return .tensor(try builder.add(.reshape(kept + [starts.count, length]), [taken], layer))
    },
    "Size": LayerClass { layer, builder throws(KerasError) in
      let ones = try builder.apply(.clip(low: 1, high: 1), layer.operand(in: &builder), layer)
      return .tensor(try builder.reduce(.sum, ones, [], false, layer))
    },
    "Ndim": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      return .tensor(builder.scalar(Float(builder.shape(x).count), layer))
    },
  ]
}

extension GraphBuilder {
  /// The value with a new last axis.
  mutating func column(_ value: Graph.ValueID, _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID
  {
    let rank = shape(value).count
    return try add(.slice(Array(repeating: .whole, count: rank) + [.newAxis]), [value], layer)
  }

  /// The diagonal of two axes, as the last axis.
  fileprivate mutating func diagonal(_ value: Graph.ValueID, _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID
  {
    let rank = shape(value).count
    let rowAxis = try axes([layer.configuration.integer("axis1", default: 0)], of: value, layer)[0]
    let columnAxis = try axes([layer.configuration.integer("axis2", default: 1)], of: value, layer)[0]
    guard rowAxis != columnAxis else { throw layer.configuration.error("axis2", "another than axis1") }
    let rows = try size(rowAxis, of: value, layer)
    let columns = try size(columnAxis, of: value, layer)
    let offset = try layer.configuration.integer("offset", default: 0)
    let count = offset >= 0 ? min(rows, columns &- offset) : min(rows &+ offset, columns)
    guard count > 0 else { throw layer.configuration.error("offset", "that of a diagonal") }
    // One value a row of all in one: they are apart by a row and a column.
    let kept = (0..<rank).filter { $0 != rowAxis && $0 != columnAxis }
    let moved = try add(.transpose(kept + [rowAxis, columnAxis]), [value], layer)
    let keep = Array(repeating: Operation.keep, count: kept.count)
    guard let total = [rows, columns].checkedProduct else { throw layer.error("its matrices are too large") }
    let merged = try add(.reshape(keep + [total]), [moved], layer)
    let begin = offset >= 0 ? offset : -offset * columns
    let slices =
      Array(repeating: Slice.whole, count: kept.count)
      + [.range(begin: begin, end: begin + (count - 1) * (columns + 1) + 1, step: columns + 1)]
    return try add(.slice(slices), [merged], layer)
  }
}
