/// numpy's transpose: axis i of the result is axis `permutation[i]` of the input.
struct Transpose: Movement {
  let permutation: [Int]

  var name: String { "transpose" }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    let axes = resolved(input.count)
    guard axes.sorted() == Array(input.indices) else {
      throw ShapeError(reason: "\(permutation.text) does not permute the axes of \(input.text)")
    }
    return axes.map { input[$0] }
  }

  func rearrange(_ rearrangement: inout Rearrangement, _ node: PlacedNode) {
    rearrangement.axes = resolved(node.input.shape.count).map { rearrangement.axes[$0] }
  }

  /// The permutation counted from the front.
  private func resolved(_ rank: Int) -> [Int] {
    permutation.map { $0 < 0 ? $0 &+ rank : $0 }
  }
}
