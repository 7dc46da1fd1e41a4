/// numpy's broadcast_to; ``Operation/keep`` keeps the input's size.
struct BroadcastTo: Movement {
  let target: [Int]

  var name: String { "broadcast" }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    let offset = target.count - input.count
    guard offset >= 0 else {
      throw ShapeError(reason: "the shape \(input.text) has more axes than \(target.text)")
    }
    var result: Shape = []
    for (index, size) in target.enumerated() {
      let own: Int? = index < offset ? 1 : input[index - offset]
      if size == Operation.keep {
        guard index >= offset else {
          throw ShapeError(reason: "it keeps axis \(index), which the shape \(input.text) does not have")
        }
        result.append(own)
      } else if own == nil || own == 1 || own == size {
        result.append(size)
      } else {
        throw ShapeError(reason: "the shape \(input.text) does not broadcast to \(target.text)")
      }
    }
    return result
  }

  func rearrange(_ rearrangement: inout Rearrangement, _ node: PlacedNode) {
    let (sizes, result, axes) = (node.input.shape, node.output.shape, rearrangement.axes)
    let offset = result.count - sizes.count
    rearrangement.axes = result.indices.map { index in
      index < offset || sizes[index - offset] != result[index]
        ? .init(result[index], stride: 0) : axes[index - offset]
    }
  }
}
