/// Where every element of a result comes from, axis by axis: the common form of all operations that move
/// values without computing.
struct Rearrangement {
  /// One axis of the result.
  struct Axis {
    var count: Int
    /// Values from one element to the next in the input.
    var stride: Int
    /// Where each element lies in the input, relative to ``Rearrangement/start``; negative: nowhere, it is
    /// filled. Replaces ``stride``.
    var table: [Int]?

    init(_ count: Int, stride: Int) {
      self.count = count
      self.stride = stride
    }

    init(table: [Int]) {
      count = table.count
      stride = 0
      self.table = table
    }
  }

  /// The input's element that all positions are relative to.
  var start = 0
  var axes: [Axis] = []
  /// What elements from nowhere are.
  var filler: Float = 0

  /// Every element stays where it is.
  init(copying input: Operand) {
    axes = zip(input.shape, input.strides).map { Axis($0, stride: $1) }
  }

  /// - Returns: nil for an operation that does not just move values.
  init?(_ operation: Operation, _ input: Operand, result: [Int]) {
    self.init(copying: input)
    let shape = input.shape
    func resolved(_ axis: Int) -> Int { axis < 0 ? axis + shape.count : axis }
    switch operation {
    case .slice(let slices): slice(slices, shape)
    case .transpose(let permutation): axes = permutation.map { axes[resolved($0)] }
    case .broadcast:
      let offset = result.count - shape.count
      axes = result.indices.map { index in
        index < offset || shape[index - offset] != result[index]
          ? Axis(result[index], stride: 0) : axes[index - offset]
      }
    case .repeatElements(let count, let axis):
      map(resolved(axis), count: result[resolved(axis)]) { $0 / count }
    case .tile(let counts):
      for (axis, count) in counts.enumerated() where count > 1 {
        map(axis, count: shape[axis] * count) { $0 % shape[axis] }
      }
    case .flip(let reversed):
      for axis in reversed.map(resolved) {
        start += (shape[axis] - 1) * axes[axis].stride
        axes[axis].stride.negate()
      }
    case .take(let indices, let axis):
      let axis = resolved(axis)
      map(axis, count: indices.count) { indices[$0] < 0 ? indices[$0] + shape[axis] : indices[$0] }
    case .padding(let before, let after, let mode):
      if case .constant(let value) = mode { filler = value }
      for axis in shape.indices where before[axis] + after[axis] > 0 {
        map(axis, count: result[axis]) { mode.source($0 - before[axis], size: shape[axis]) }
      }
    case .resize(let resize):
      guard case .nearest = resize.interpolation else { return nil }
      for axis in [1, 2] where shape[axis] != result[axis] {
        // The source pixel that holds the centre of the result's.
        map(axis, count: result[axis]) { (2 * $0 + 1) * shape[axis] / (2 * result[axis]) }
      }
    default: return nil
    }
  }

  private mutating func map(_ axis: Int, count: Int, _ source: (Int) -> Int) {
    let stride = axes[axis].stride
    axes[axis] = Axis(
      table: (0..<count).map { position in
        let element = source(position)
        return element < 0 ? -1 : element * stride
      })
  }

  private mutating func slice(_ slices: [Slice], _ shape: [Int]) {
    var result: [Axis] = []
    var axis = 0
    for slice in slices {
      switch slice {
      case .newAxis:
        result.append(Axis(1, stride: 0))
        continue
      case .whole: result.append(axes[axis])
      case .index(let index): start += (index < 0 ? index + shape[axis] : index) * axes[axis].stride
      case .range(let begin, let end, let step):
        let range = SliceRange(begin: begin, end: end, step: step, size: shape[axis])
        start += range.first * axes[axis].stride
        // The step of a single element may be anything.
        result.append(Axis(range.count, stride: range.count > 1 ? axes[axis].stride * step : 0))
      }
      axis += 1
    }
    axes = result + axes[axis...]
  }
}

extension PaddingMode {
  /// The element that stands at a position, which is negative or beyond the size in the border.
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
