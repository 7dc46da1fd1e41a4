// Values that come more than once.

/// numpy's repeat of every element along an axis.
struct RepeatElements: Movement {
  let count: Int
  let axis: Int

  var name: String { "repeat" }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    try checkPositive(count, "the count")
    var result = inputs[0]
    let axis = try result.axis(axis)
    result[axis] = result[axis].map { $0 * count }
    return result
  }

  func rearrange(_ rearrangement: inout Rearrangement, _ node: PlacedNode) {
    let axis = rearrangement.axis(axis)
    rearrangement.map(axis, count: node.output.shape[axis]) { $0 / count }
  }
}

/// numpy's tile, one count an axis.
struct Tile: Movement {
  let counts: [Int]

  var name: String { "tile" }

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

  func rearrange(_ rearrangement: inout Rearrangement, _ node: PlacedNode) {
    for (axis, count) in counts.enumerated() where count > 1 {
      let size = node.input.shape[axis]
      rearrangement.map(axis, count: size * count) { $0 % size }
    }
  }
}
