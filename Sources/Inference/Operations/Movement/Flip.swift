/// The given axes in reverse order.
struct Flip: Movement {
  let axes: [Int]

  var name: String { "flip" }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    _ = try inputs[0].axes(axes)
    return inputs[0]
  }

  func rearrange(_ rearrangement: inout Rearrangement, _ node: PlacedNode) {
    for axis in axes.map(rearrangement.axis) {
      rearrangement.start += (node.input.shape[axis] - 1) * rearrangement.axes[axis].stride
      rearrangement.axes[axis].stride.negate()
    }
  }
}
