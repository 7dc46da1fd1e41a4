// Values that come more than once.

/// numpy's repeat of every element along an axis.
struct RepeatElements: OperationDefinition {
  let count: Int
  let axis: Int

  var name: String { "repeat" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    try checkPositive(count, "the count")
    var result = inputs[0]
    let axis = try result.axis(axis)
    result[axis] = result[axis].map { $0 * count }
    return result
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { inputs.first.flatMap { $0 } }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    var rearrangement = Rearrangement(copying: node.input)
    let axis = rearrangement.axis(axis)
    rearrangement.map(axis, count: node.output.shape[axis]) { $0 / count }
    return try node.gather(rearrangement, kernel: name)
  }
}

/// numpy's tile, one count an axis.
struct Tile: OperationDefinition {
  let counts: [Int]

  var name: String { "tile" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    var result = inputs[0]
    guard counts.count == result.count else {
      throw ShapeError(
        reason: "it needs \(result.count) counts for the shape \(result.text), it has \(counts.count)")
    }
    for (axis, repeats) in counts.enumerated() {
      try checkPositive(repeats, "a count")
      result[axis] = result[axis].map { $0 * repeats }
    }
    return result
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { inputs.first.flatMap { $0 } }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    var rearrangement = Rearrangement(copying: node.input)
    for (axis, count) in counts.enumerated() where count > 1 {
      let size = node.input.shape[axis]
      rearrangement.map(axis, count: size * count) { $0 % size }
    }
    return try node.gather(rearrangement, kernel: name)
  }
}
