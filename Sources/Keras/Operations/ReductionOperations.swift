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
      let values = try builder.add(.select, [isNaN, builder.scalar(0, layer), x], layer)
      let count = try builder.reduce(
        .sum, builder.apply(.logicalNot, isNaN, layer), axes, keeps, layer)
      return try builder.apply(.divide, builder.reduce(.sum, values, axes, keeps, layer), count, layer)
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
    "Argmax": argument(.max), "Argmin": argument(.min),
    "Cumsum": LayerClass { layer, builder throws(KerasError) in
      var x = try layer.operand(in: &builder)
      let axis = try layer.axis(of: x, builder)
      if axis == nil { x = try builder.flattened(x, layer) }
      return .tensor(try builder.add(.cumulativeSum(axis: axis ?? 0), [x], layer))
    },
  ]

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
      let isNaN = try builder.apply(.isNaN, x, layer)
      let values = try builder.add(.select, [isNaN, builder.scalar(neutral, layer), x], layer)
      return try builder.reduce(reduction, values, axes, keeps, layer)
    }
  }

  private static func argument(_ extremum: Extremum) -> LayerClass {
    LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(in: &builder)
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
