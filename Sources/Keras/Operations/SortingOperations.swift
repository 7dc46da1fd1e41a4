import Inference
import JSON

extension LayerClass {
  /// Operations that put values in order.
  static let sortingOperations: [String: LayerClass] = [
    "Sort": LayerClass { layer, builder throws(KerasError) in
      let (x, axis) = try sorted(layer, &builder)
      return .tensor(try builder.add(.sort(axis: axis), [x], layer))
    },
    "Argsort": LayerClass { layer, builder throws(KerasError) in
      let (x, axis) = try sorted(layer, &builder)
      return .tensor(try builder.add(.argumentSort(axis: axis), [x], layer))
    },
    "TopK": LayerClass { layer, builder throws(KerasError) in
      let count = try layer.configuration.integer("k")
      // The largest first, of equal ones the first.
      let x = try builder.apply(.negative, layer.operand(in: &builder), layer)
      let last = builder.shape(x).count - 1
      let size = try builder.size(last, of: x, layer)
      guard (1...max(size, 1)).contains(count) else {
        throw layer.configuration.error("k", "from 1 to \(size)")
      }
      let first = Array(repeating: Slice.whole, count: last) + [.range(begin: 0, end: count, step: 1)]
      let values = try builder.add(.slice(first), [builder.add(.sort(axis: -1), [x], layer)], layer)
      let indices = try builder.add(.slice(first), [builder.add(.argumentSort(axis: -1), [x], layer)], layer)
      return .list([.tensor(try builder.apply(.negative, values, layer)), .tensor(indices)])
    },
    "InTopK": LayerClass { layer, builder throws(KerasError) in
      let count = try layer.configuration.integer("k")
      let targets = try layer.operand(0, "targets", in: &builder)
      let predictions = try layer.operand(1, "predictions", in: &builder)
      let target = try builder.takeAlong(
        predictions, builder.column(targets, layer), axis: 1, layer)
      let better = try builder.apply(.greater, predictions, target, layer)
      let rank = try builder.reduce(.sum, better, [1], false, layer)
      return .tensor(try builder.apply(.less, rank, Float(count), layer))
    },
    "Median": quantile(ignoresNaN: false) { _, _ throws(KerasError) in Tensor(shape: [], [0.5]) },
    "Nanmedian": quantile(ignoresNaN: true) { _, _ throws(KerasError) in Tensor(shape: [], [0.5]) },
    "Quantile": quantile(ignoresNaN: false) { layer, builder throws(KerasError) in
      // Keras itself leaves the method out where it runs such a node.
      if try layer.configuration.string("method", default: "linear") != "linear" {
        throw layer.configuration.error("method", "\"linear\"")
      }
      return try layer.quantiles(in: &builder, whole: 1)
    },
    "Nanquantile": quantile(ignoresNaN: true) { layer, builder throws(KerasError) in
      try layer.quantiles(in: &builder, whole: 1)
    },
    "Percentile": quantile(ignoresNaN: false) { layer, builder throws(KerasError) in
      try layer.quantiles(in: &builder, whole: 100)
    },
    "Nanpercentile": quantile(ignoresNaN: true) { layer, builder throws(KerasError) in
      try layer.quantiles(in: &builder, whole: 100)
    },
  ]

  /// The operand and its axis, or its values in one row where there is none.
  private static func sorted(_ layer: LayerCall, _ builder: inout GraphBuilder) throws(KerasError)
    -> (Graph.ValueID, axis: Int)
  {
    let x = try layer.operand(in: &builder)
    if layer.configuration.values["axis"]?.isNull ?? false { return (try builder.flattened(x, layer), 0) }
    return (x, try layer.axis(of: x, builder) ?? -1)
  }

  /// Quantiles over axes: one, or several along a new first axis.
  private static func quantile(
    ignoresNaN: Bool,
    _ quantiles: @escaping @Sendable (LayerCall, inout GraphBuilder) throws(KerasError) -> Tensor
  ) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let rank = builder.shape(x).count
      let axes = try layer.axes(of: x, builder) ?? Array(0..<rank)
      let wanted = try quantiles(layer, &builder)
      guard wanted.shape.count <= 1, wanted.count <= 1 << 10,
        wanted.values.allSatisfy({ (0...1).contains($0) })
      else {
        throw layer.error("its quantiles are not one number, or a list of them, from 0 to 1")
      }
      let method = try layer.configuration.string("method", default: "linear")
      // The axes together as the last one, in order.
      let kept = (0..<rank).filter { !axes.contains($0) }
      let moved = try builder.add(.transpose(kept + axes.sorted()), [x], layer)
      let sizes = try axes.map { axis throws(KerasError) in try builder.size(axis, of: x, layer) }
      let count = sizes.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
      let merged = try builder.add(
        .reshape(Array(repeating: Operation.keep, count: kept.count) + [count]), [moved], layer)
      let row = try SortedRow(merged, count: count, ignoresNaN: ignoresNaN, layer, &builder)
      let keepsAxes = try layer.configuration.bool("keepdims", default: false)
      var results: [Graph.ValueID] = []
      for quantile in wanted.values {
        var result = try row.quantile(quantile, method, layer, &builder)
        if keepsAxes {
          let slices = (0..<rank).map { axes.contains($0) ? Slice.newAxis : .whole }
          result = try builder.add(.slice(slices), [result], layer)
        }
        results.append(
          wanted.shape.isEmpty ? result : try builder.add(.slice([.newAxis]), [result], layer))
      }
      if wanted.shape.isEmpty { return .tensor(results[0]) }
      return .tensor(try builder.add(.concatenation(axis: 0), results, layer))
    }
  }
}

extension LayerCall {
  /// The constant `q`, as parts of a whole.
  fileprivate func quantiles(in builder: inout GraphBuilder, whole: Float) throws(KerasError) -> Tensor {
    let given = try operand(1, "q", in: &builder)
    guard let constant = builder.constantTensor(given) else {
      throw error("its \"q\" is computed", remedy: "give it as a constant")
    }
    return Tensor(shape: constant.shape, constant.values.map { $0 / whole })
  }
}

/// Sorted values along a last axis, of which quantiles are taken.
private struct SortedRow {
  let values: Graph.ValueID
  let size: Int
  /// How many of them count, with an axis of size 1; nil: all.
  let counts: Graph.ValueID?
  /// Rows with NaN, whose quantiles are NaN; nil: NaN is left out.
  let hasNaN: Graph.ValueID?

  init(
    _ x: Graph.ValueID, count: Int, ignoresNaN: Bool, _ layer: LayerCall, _ builder: inout GraphBuilder
  ) throws(KerasError) {
    values = try builder.add(.sort(axis: -1), [x], layer)
    size = count
    let isNaN = try builder.apply(.isNaN, x, layer)
    if ignoresNaN {
      counts = try builder.reduce(.sum, builder.apply(.logicalNot, isNaN, layer), [-1], true, layer)
      hasNaN = nil
    } else {
      counts = nil
      hasNaN = try builder.reduce(.any, isNaN, [-1], false, layer)
    }
  }

  func quantile(
    _ quantile: Float, _ method: String, _ layer: LayerCall, _ builder: inout GraphBuilder
  ) throws(KerasError) -> Graph.ValueID {
    var position = builder.scalar(quantile * Float(size - 1), layer)
    if let counts {
      position = try builder.apply(
        .maximum, builder.apply(.linear(scale: quantile, offset: -quantile), counts, layer), 0, layer)
    } else {
      position = try builder.add(.slice([.newAxis]), [position], layer)
    }
    let whole = try builder.apply(.floor, position, layer)
    let low = try at(whole, layer, &builder)
    let high = try at(builder.apply(.ceil, position, layer), layer, &builder)
    let result: Graph.ValueID
    switch method {
    case "linear":
      let shares = try builder.reduce(
        .sum, builder.apply(.subtract, position, whole, layer), [-1], false, layer)
      let rest = try builder.apply(.linear(scale: -1, offset: 1), shares, layer)
      result = try builder.apply(
        .add, builder.apply(.multiply, low, rest, layer), builder.apply(.multiply, high, shares, layer),
        layer)
    case "lower": result = low
    case "higher": result = high
    case "nearest": result = try at(builder.apply(.round, position, layer), layer, &builder)
    case "midpoint":
      result = try builder.apply(
        .linear(scale: 0.5, offset: 0), builder.apply(.add, low, high, layer), layer)
    default: throw layer.configuration.error("method", "linear, lower, higher, nearest or midpoint")
    }
    guard let hasNaN else { return result }
    return try builder.add(.select, [hasNaN, builder.scalar(.nan, layer), result], layer)
  }

  /// The values at a position, which has an axis of size 1 in the place of the last.
  private func at(_ position: Graph.ValueID, _ layer: LayerCall, _ builder: inout GraphBuilder)
    throws(KerasError) -> Graph.ValueID
  {
    let isThere = try builder.apply(.equal, position, builder.indices(size, layer), layer)
    let chosen = try builder.add(.select, [isThere, values, builder.scalar(0, layer)], layer)
    return try builder.reduce(.sum, chosen, [-1], false, layer)
  }
}

extension GraphBuilder {
  /// 0, 1, ...; computed, as a size in a file may be anything.
  mutating func indices(_ count: Int, _ layer: LayerCall) throws(KerasError) -> Graph.ValueID {
    let one = constant(Tensor(shape: [1], [1]), layer)
    let ones = try add(.broadcast([count]), [one], layer)
    return try apply(
      .linear(scale: 1, offset: -1), add(.cumulativeSum(axis: 0), [ones], layer), layer)
  }

  /// numpy's `take_along_axis` with computed indices, by comparing each with all positions.
  mutating func takeAlong(
    _ value: Graph.ValueID, _ indices: Graph.ValueID, axis: Int, _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let rank = shape(value).count
    let size = try size(axis, of: value, layer)
    guard shape(indices).count == rank else { throw layer.error("its indices need \(rank) axes") }
    // [..., wanted, size, ...]
    let whole = Array(repeating: Slice.whole, count: axis)
    let wanted = try add(.slice(whole + [.whole, .newAxis]), [self.positions(indices, size, layer)], layer)
    let values = try add(.slice(whole + [.newAxis]), [value], layer)
    var places = try self.indices(size, layer)
    places = try add(
      .slice([.whole] + Array(repeating: .newAxis, count: rank - 1 - axis)), [places], layer)
    return try chosen(values, where: apply(.equal, wanted, places, layer), axis: axis + 1, layer)
  }

  /// numpy's `take` with computed indices.
  mutating func take(_ value: Graph.ValueID, at indices: Graph.ValueID, axis: Int, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    let size = try size(axis, of: value, layer)
    let rank = shape(value).count
    let added = shape(indices).count
    let trailing = Array(repeating: Slice.newAxis, count: rank - 1 - axis)
    // [before, indices, size, after]
    let wanted = try add(
      .slice(Array(repeating: .whole, count: added) + [.newAxis] + trailing),
      [self.positions(indices, size, layer)], layer)
    let values = try add(
      .slice(Array(repeating: .whole, count: axis) + Array(repeating: .newAxis, count: added)), [value],
      layer)
    let places = try add(.slice([.whole] + trailing), [self.indices(size, layer)], layer)
    return try chosen(values, where: apply(.equal, wanted, places, layer), axis: axis + added, layer)
  }

  /// Negative indices count from the end.
  private mutating func positions(_ indices: Graph.ValueID, _ size: Int, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    let moved = try apply(.linear(scale: 1, offset: Float(size)), indices, layer)
    return try add(.select, [apply(.less, indices, 0, layer), moved, indices], layer)
  }

  /// The one value along an axis for which a condition holds.
  private mutating func chosen(
    _ values: Graph.ValueID, where condition: Graph.ValueID, axis: Int, _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let kept = try add(.select, [condition, values, scalar(0, layer)], layer)
    return try reduce(.sum, kept, [axis], false, layer)
  }
}
