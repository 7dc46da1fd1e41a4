/// How a reduction combines the values along the axes that it removes.
public enum Reduction: String, Sendable {
  case sum, mean, max, min, product, variance, l2Norm, any, all, logSumExp
}

/// Reduces over the given axes; none given: over all.
struct Reduce: OperationDefinition {
  let reduction: Reduction
  let axes: [Int]
  let keepDimensions: Bool

  var name: String { "\(reduction) reduction" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    try inputs[0].reducing(axes, keepDimensions: keepDimensions)
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? {
    switch reduction {
    case .mean, .max, .min: inputs.first.flatMap { $0 }
    case .sum, .product, .variance, .l2Norm, .logSumExp: .unboundedOrUnknown(inputs)
    case .any, .all: .unknown
    }
  }
  var form: CanonicalForm { .rewritten }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [ReductionStep(name: node.name, reduction: reduction, input: node.input, output: node.output)]
  }
}

extension Shape {
  /// The shape when the given axes (none: all) are reduced.
  func reducing(_ axes: [Int], keepDimensions: Bool) throws(ShapeError) -> Shape {
    let reduced = axes.isEmpty ? Swift.Array(indices) : try self.axes(axes)
    if keepDimensions { return indices.map { reduced.contains($0) ? 1 : self[$0] } }
    return indices.filter { !reduced.contains($0) }.map { self[$0] }
  }
}
