/// numpy's take with constant indices along an axis.
struct Take: Movement {
  let indices: [Int]
  let axis: Int

  var name: String { "take" }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    var result = inputs[0]
    let axis = try result.axis(axis)
    if let size = result[axis], let outside = indices.first(where: { $0 >= size || $0 < -size }) {
      throw ShapeError(reason: "index \(outside) is outside axis \(axis) of size \(size)")
    }
    result[axis] = indices.count
    return result
  }

  func rearrange(_ rearrangement: inout Rearrangement, _ node: PlacedNode) {
    let axis = rearrangement.axis(axis)
    let size = node.input.shape[axis]
    rearrangement.map(axis, count: indices.count) { indices[$0] < 0 ? indices[$0] + size : indices[$0] }
  }
}
