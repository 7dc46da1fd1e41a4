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

  /// An axis counted from the front.
  func axis(_ axis: Int) -> Int { axis < 0 ? axis + axes.count : axis }

  /// Gives an axis other elements of the input.
  /// - Parameter source: the element of the input's axis for each of `count`; negative: it is filled.
  mutating func map(_ axis: Int, count: Int, _ source: (Int) -> Int) {
    let stride = axes[axis].stride
    axes[axis] = Axis(
      table: (0..<count).map { position in
        let element = source(position)
        return element < 0 ? -1 : element * stride
      })
  }
}
