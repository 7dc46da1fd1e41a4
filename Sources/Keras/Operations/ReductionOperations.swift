import Inference
import JSON

extension LayerClass {
  static let reductionOperations: [String: LayerClass] = [
    "Sum": reduction(.sum), "Mean": reduction(.mean), "Prod": reduction(.product), "Max": reduction(.max),
    "Min": reduction(.min), "Amax": reduction(.max), "Amin": reduction(.min), "Var": reduction(.variance),
    "Any": reduction(.any), "All": reduction(.all), "Logsumexp": reduction(.logSumExp),
    "Std": reduced { builder, layer, x, axes, keeps throws(KerasError) in
      let variance = try builder.reduce(.variance, x, axes, keeps, layer)
      return try builder.apply(.sqrt, variance, layer)
    },
    "Ptp": reduced { builder, layer, x, axes, keeps throws(KerasError) in
      let largest = try builder.reduce(.max, x, axes, keeps, layer)
      return try builder.apply(.subtract, largest, builder.reduce(.min, x, axes, keeps, layer), layer)
    },
    "CountNonzero": reduced { builder, layer, x, axes, keeps throws(KerasError) in
      try builder.reduce(.sum, builder.apply(.notEqual, x, 0, layer), axes, keeps, layer)
    },
    "Norm": reduced { builder, layer, x, axes, keeps throws(KerasError) in
      let order = layer.configuration["ord"]
      switch order {
      case nil, .string("fro"), .string("euclidean"):
        return try builder.reduce(.l2Norm, x, axes, keeps, layer)
      default: break
      }
      guard axes.count == 1 || axes.isEmpty && builder.shape(x).count == 1, let order = order?.norm else {
        throw layer.configuration.error("ord", "a norm of vectors")
      }
      if order == 2 { return try builder.reduce(.l2Norm, x, axes, keeps, layer) }
      let sizes = try builder.apply(.abs, x, layer)
      if order == .infinity { return try builder.reduce(.max, sizes, axes, keeps, layer) }
      if order == -.infinity { return try builder.reduce(.min, sizes, axes, keeps, layer) }
      if order == 1 { return try builder.reduce(.sum, sizes, axes, keeps, layer) }
      if order == 0 {
        return try builder.reduce(.sum, builder.apply(.notEqual, x, 0, layer), axes, keeps, layer)
      }
      let sum = try builder.reduce(
        .sum, builder.apply(.power, sizes, Float(order), layer), axes, keeps, layer)
      return try builder.apply(.power, sum, Float(1 / order), layer)
    },
    "Nansum": ignoringNaN(.sum, 0), "Nanprod": ignoringNaN(.product, 1),
    "Nanmax": ignoringNaN(.max, -.infinity), "Nanmin": ignoringNaN(.min, .infinity),
    "Nanmean": reduced { builder, layer, x, axes, keeps throws(KerasError) in
      let isNaN = try builder.apply(.isNaN, x, layer)
      return try builder.mean(of: x, without: isNaN, axes, keeps, layer)
    },
    "Average": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let axis = try layer.axis(of: x, builder)
      let axes = axis.map { [$0] } ?? []
      guard layer.optionalOperand(1, "weights") != nil else {
        return .tensor(try builder.reduce(.mean, x, axes, false, layer))
      }
      var weights = try layer.operand(1, "weights", in: &builder)
      if let axis, builder.shape(weights).count == 1 {
        // Weights of the axis alone.
        let trailing = Array(repeating: Slice.newAxis, count: builder.shape(x).count - 1 - axis)
        weights = try builder.add(.slice([.whole] + trailing), [weights], layer)
      }
      let products = try builder.apply(.multiply, x, weights, layer)
      let all = try builder.apply(
        .multiply, builder.apply(.clip(low: 1, high: 1), x, layer), weights, layer)
      return .tensor(
        try builder.apply(
          .divide, builder.reduce(.sum, products, axes, false, layer),
          builder.reduce(.sum, all, axes, false, layer), layer))
    },
    "Moments": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let axes = try layer.axes("axes", of: x, builder) ?? []
      let keeps = try layer.configuration.bool("keepdims", default: false)
      return .list([
        .tensor(try builder.reduce(.mean, x, axes, keeps, layer)),
        .tensor(try builder.reduce(.variance, x, axes, keeps, layer)),
      ])
    },
    "Nanvar": reduced { builder, layer, x, axes, keeps throws(KerasError) in
      try nanVariance(&builder, layer, x, axes, keeps)
    },
    "Nanstd": reduced { builder, layer, x, axes, keeps throws(KerasError) in
      try builder.apply(.sqrt, nanVariance(&builder, layer, x, axes, keeps), layer)
    },
    "Argmax": argument(.max), "Argmin": argument(.min),
    "Nanargmax": argument(.max, ignoresNaN: true), "Nanargmin": argument(.min, ignoresNaN: true),
    "Cumsum": cumulative { .cumulativeSum(axis: $0) },
    "Cumprod": cumulative { .cumulativeProduct(axis: $0) },
    "Nancumsum": cumulative(insteadOfNaN: 0) { .cumulativeSum(axis: $0) },
    "Nancumprod": cumulative(insteadOfNaN: 1) { .cumulativeProduct(axis: $0) },
    "Trapezoid": LayerClass { layer, builder throws(KerasError) in
      let y = try layer.operand(0, "y", in: &builder)
      let axis = try layer.axis(of: y, builder) ?? builder.shape(y).count - 1
      let leading = Array(repeating: Slice.whole, count: axis)
      let later = try builder.add(
        .slice(leading + [.range(begin: 1, end: nil, step: 1)]), [y], layer)
      let earlier = try builder.add(
        .slice(leading + [.range(begin: nil, end: -1, step: 1)]), [y], layer)
      var areas = try builder.apply(.add, later, earlier, layer)
      if let places = layer.configuration["x"] {
        let x = try Tensor(constant: places, layer)
        guard x.shape.count == 1, x.count > 1 else {
          throw layer.configuration.error("x", "a list of numbers")
        }
        let widths = zip(x.values.dropFirst(), x.values).map { ($0 - $1) / 2 }
        let trailing = Array(repeating: 1, count: builder.shape(y).count - 1 - axis)
        let factors = builder.constant(Tensor(shape: [widths.count] + trailing, widths), layer)
        areas = try builder.apply(.multiply, areas, factors, layer)
      } else {
        let width = try layer.configuration.number("dx", default: 1)
        areas = try builder.apply(.linear(scale: Float(width / 2), offset: 0), areas, layer)
      }
      return .tensor(try builder.reduce(.sum, areas, [axis], false, layer))
    },
  ]

  private static func cumulative(
    insteadOfNaN neutral: Float? = nil, _ operation: @escaping @Sendable (_ axis: Int) -> Operation
  ) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      var x = try layer.operand(in: &builder)
      let axis = try layer.axis(of: x, builder)
      if axis == nil { x = try builder.flattened(x, layer) }
      if let neutral { x = try builder.replacingNaN(x, with: neutral, layer) }
      return .tensor(try builder.add(operation(axis ?? 0), [x], layer))
    }
  }

  private static func nanVariance(
    _ builder: inout GraphBuilder, _ layer: LayerCall, _ x: Graph.ValueID, _ axes: [Int], _ keeps: Bool
  ) throws(KerasError) -> Graph.ValueID {
    let isNaN = try builder.apply(.isNaN, x, layer)
    let mean = try builder.mean(of: x, without: isNaN, axes, true, layer)
    let squares = try builder.apply(.squaredDifference, x, mean, layer)
    return try builder.mean(of: squares, without: isNaN, axes, keeps, layer)
  }

  private typealias ReductionBuild =
    @Sendable (
      inout GraphBuilder, LayerCall, _ x: Graph.ValueID, _ axes: [Int], _ keepsAxes: Bool
    ) throws(KerasError) -> Graph.ValueID

  private static func reduced(_ build: @escaping ReductionBuild) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
      let axes = try layer.axes(of: x, builder) ?? []
      let keepsAxes = try layer.configuration.bool("keepdims", default: false)
      var result = try build(&builder, layer, x, axes, keepsAxes)
      if let initial = try layer.configuration.optionalNumber("initial") {
        let function: Binary = layer.description.className.hasSuffix("in") ? .minimum : .maximum
        result = try builder.apply(function, result, Float(initial), layer)
      }
      return .tensor(result)
    }
  }

  private static func reduction(_ reduction: Reduction) -> LayerClass {
    reduced { builder, layer, x, axes, keeps throws(KerasError) in
      try builder.reduce(reduction, x, axes, keeps, layer)
    }
  }

  private static func ignoringNaN(_ reduction: Reduction, _ neutral: Float) -> LayerClass {
    reduced { builder, layer, x, axes, keeps throws(KerasError) in
      try builder.reduce(reduction, builder.replacingNaN(x, with: neutral, layer), axes, keeps, layer)
    }
  }

  private static func argument(_ extremum: Extremum, ignoresNaN: Bool = false) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      var x = try layer.operand(in: &builder)
      if ignoresNaN {
        x = try builder.replacingNaN(x, with: extremum == .max ? -.infinity : .infinity, layer)
      }
      let keepsAxes = try layer.configuration.bool("keepdims", default: false)
      guard let axis = try layer.axis(of: x, builder) else {
        let result = try builder.add(
          .argument(extremum, axis: 0), [builder.flattened(x, layer)], layer)
        let ones = Array(repeating: Slice.newAxis, count: builder.shape(x).count)
        return .tensor(keepsAxes ? try builder.add(.slice(ones), [result], layer) : result)
      }
      let result = try builder.add(.argument(extremum, axis: axis), [x], layer)
      guard keepsAxes else { return .tensor(result) }
      return .tensor(
        try builder.add(.slice(Array(repeating: .whole, count: axis) + [.newAxis]), [result], layer))
    }
  }
}

extension GraphBuilder {
  /// Reduces over axes, or over all where none is given.
  mutating func reduce(
    _ reduction: Reduction, _ value: Graph.ValueID, _ axes: [Int], _ keepsAxes: Bool, _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    try add(.reduction(reduction, axes: axes, keepDimensions: keepsAxes), [value], layer)
  }
}

extension JSONValue {
  /// The order of a norm: JSON of Python has infinity as a number or a string.
  fileprivate var norm: Double? {
    switch string {
    case "inf", "Infinity": .infinity
    case "-inf", "-Infinity": -.infinity
    default: real
    }
  }
}

extension GraphBuilder {
  fileprivate mutating func replacingNaN(_ value: Graph.ValueID, with number: Float, _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    try add(.select, [apply(.isNaN, value, layer), scalar(number, layer), value], layer)
  }

  /// The mean of the values for which a condition does not hold.
  fileprivate mutating func mean(
    of values: Graph.ValueID, without condition: Graph.ValueID, _ axes: [Int], _ keeps: Bool,
    _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let kept = try add(.select, [condition, scalar(0, layer), values], layer)
    let count = try reduce(.sum, apply(.logicalNot, condition, layer), axes, keeps, layer)
    return try apply(.divide, reduce(.sum, kept, axes, keeps, layer), count, layer)
  }
}
