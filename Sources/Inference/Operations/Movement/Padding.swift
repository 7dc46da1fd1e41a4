/// The values of a border.
public enum PaddingMode: Sendable { case constant(Float), reflect, symmetric, edge }

/// A border around the values, `before` and `after` with an entry for every axis.
struct Padding: Movement {
  let before: [Int]
  let after: [Int]
  let mode: PaddingMode

  var name: String { "padding" }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    guard before.count == input.count, after.count == input.count else {
      throw ShapeError(
        reason:
          "it needs \(input.count) borders for the shape \(input.text), it has \(before.count) and \(after.count)"
      )
    }
    var result = input
    for axis in input.indices {
      let border = max(before[axis], after[axis])
      if min(before[axis], after[axis]) < 0 || border > SizeLimit.axis {
        throw ShapeError(reason: "the borders of axis \(axis) are \(before[axis]) and \(after[axis])")
      }
      guard let size = input[axis] else {
        if border > 0 { result[axis] = nil }
        continue
      }
      switch mode {
      case .reflect where border >= size, .symmetric where border > size:
        throw ShapeError(reason: "axis \(axis) of size \(size) is too small to mirror \(border) values")
      default: result[axis] = size + before[axis] + after[axis]
      }
    }
    return result
  }

  func rearrange(_ rearrangement: inout Rearrangement, _ node: PlacedNode) {
    if case .constant(let value) = mode { rearrangement.filler = value }
    let (sizes, result) = (node.input.shape, node.output.shape)
    for axis in sizes.indices where before[axis] + after[axis] > 0 {
      rearrangement.map(axis, count: result[axis]) { mode.source($0 - before[axis], size: sizes[axis]) }
    }
  }
}

extension PaddingMode {
  /// The element at a position, which is negative or beyond the size in the border.
  fileprivate func source(_ position: Int, size: Int) -> Int {
    if position >= 0 && position < size { return position }
    switch self {
    case .constant: return -1
    case .edge: return position < 0 ? 0 : size - 1
    case .reflect: return position < 0 ? -position : 2 * size - 2 - position
    case .symmetric: return position < 0 ? -position - 1 : 2 * size - 1 - position
    }
  }
}
