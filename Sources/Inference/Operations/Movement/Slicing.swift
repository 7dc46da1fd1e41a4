/// One axis of Python's `x[begin:end:step]`, or with ``index(_:)`` of `x[i]` (the axis disappears).
public enum Slice: Sendable {
  case whole
  case range(begin: Int?, end: Int?, step: Int)
  case index(Int)
  /// A new axis of size 1; takes no axis of the input.
  case newAxis
}

/// Python slicing, one entry an axis; missing trailing axes are whole.
struct Slicing: OperationDefinition {
  let slices: [Slice]

  var name: String { "slice" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    var result: Shape = []
    var axis = 0
    for slice in slices {
      if case .newAxis = slice {
        result.append(1)
        continue
      }
      guard axis < input.count else {
        throw ShapeError(reason: "it has more entries than the shape \(input.text) has axes")
      }
      switch slice {
      case .whole, .newAxis: result.append(input[axis])
      case .index(let index):
        if let size = input[axis], index >= size || index < -size {
          throw ShapeError(reason: "index \(index) is outside axis \(axis) of size \(size)")
        }
      case .range(let begin, let end, let step):
        if step == 0 { throw ShapeError(reason: "the step of axis \(axis) is 0") }
        guard let size = input[axis] else {
          result.append(nil)
          break
        }
        let range = SliceRange(begin: begin, end: end, step: step, size: size)
        if range.count == 0 {
          throw ShapeError(reason: "the range of axis \(axis) of size \(size) is empty")
        }
        result.append(range.count)
      }
      axis += 1
    }
    return result + input[axis...]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { inputs.first.flatMap { $0 } }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    // A slice of channels is a view, in the memory of what it views.
    MemoryAbilities(writesRowsApart: false, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    let (input, output) = (node.input, node.output)
    if case .arena(let from) = input.home, case .arena(let to) = output.home,
      let first = firstChannel(of: input.shape), from + first == to, input.rowStride == output.rowStride
    {
      return []
    }
    return try node.gather(rearrangement(input), kernel: name)
  }

  /// The first channel of a slice that takes a run of channels and leaves the other axes whole.
  func firstChannel(of shape: [Int]) -> Int? {
    guard slices.count == shape.count, let last = slices.last, case .range(let begin, let end, 1) = last
    else { return nil }
    for slice in slices.dropLast() {
      guard case .whole = slice else { return nil }
    }
    return SliceRange(begin: begin, end: end, step: 1, size: shape[shape.count - 1]).first
  }

  private func rearrangement(_ input: Operand) -> Rearrangement {
    var rearrangement = Rearrangement(copying: input)
    let axes = rearrangement.axes
    var result: [Rearrangement.Axis] = []
    var axis = 0
    for slice in slices {
      switch slice {
      case .newAxis:
        result.append(.init(1, stride: 0))
        continue
      case .whole: result.append(axes[axis])
      case .index(let index):
        rearrangement.start += (index < 0 ? index + input.shape[axis] : index) * axes[axis].stride
      case .range(let begin, let end, let step):
        let range = SliceRange(begin: begin, end: end, step: step, size: input.shape[axis])
        rearrangement.start += range.first * axes[axis].stride
        // The step of a single element may be anything.
        result.append(.init(range.count, stride: range.count > 1 ? axes[axis].stride * step : 0))
      }
      axis += 1
    }
    rearrangement.axes = result + axes[axis...]
    return rearrangement
  }
}

/// Python's rules for `x[begin:end:step]` on an axis of known size.
struct SliceRange {
  /// The first index.
  let first: Int
  let count: Int

  /// - Precondition: `step` is not 0.
  init(begin: Int?, end: Int?, step: Int, size: Int) {
    func clamp(_ index: Int?, _ missing: Int, low: Int, high: Int) -> Int {
      guard let index else { return missing }
      return min(max(index < 0 ? index + size : index, low), high)
    }
    if step > 0 {
      first = clamp(begin, 0, low: 0, high: size)
      let stop = clamp(end, size, low: 0, high: size)
      count = stop > first ? (stop - first - 1) / step + 1 : 0
    } else {
      first = clamp(begin, size - 1, low: -1, high: size - 1)
      let stop = clamp(end, -1, low: -1, high: size - 1)
      // Computed with a negative divisor: the magnitude of Int.min has no positive counterpart.
      count = first > stop ? (stop - first + 1) / step + 1 : 0
    }
  }
}
