/// Bounds that keep all later arithmetic on sizes within 64 bits, far above what fits in memory.
package enum SizeLimit {
  /// Of one axis, and of every window, stride, repetition and border.
  package static let axis = 1 << 31
  /// Of one tensor, in values.
  package static let tensor = 1 << 40
}

extension Sequence<Int> {
  /// The product, or nil above ``SizeLimit/tensor``.
  package var checkedProduct: Int? {
    var product = 1
    for size in self {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      if overflow || next > SizeLimit.tensor { return nil }
      product = next
    }
    return product
  }
}

extension Array<Int> {
  /// As Python prints a shape.
  package var text: String { "(" + map { "\($0)" }.joined(separator: ", ") + (count == 1 ? ",)" : ")") }
}

extension Shape {
  /// As Keras prints a shape: unknown sizes are `None`.
  var text: String {
    "(" + map { $0.map { "\($0)" } ?? "None" }.joined(separator: ", ") + (count == 1 ? ",)" : ")")
  }

  /// All sizes, or nil while one is unknown.
  var known: [Int]? {
    let sizes = compactMap { $0 }
    return sizes.count == count ? sizes : nil
  }

  /// Refuses empty axes and sizes beyond ``SizeLimit``.
  func checkLimits() throws(ShapeError) {
    for size in self {
      guard let size else { continue }
      if size < 1 { throw ShapeError(reason: "the shape \(text) has an empty axis") }
      if size > SizeLimit.axis { throw ShapeError(reason: "the shape \(text) is too large") }
    }
    if compactMap({ $0 }).checkedProduct == nil {
      throw ShapeError(reason: "the shape \(text) is too large")
    }
  }

  /// The axis counted from the front, given that it may be counted from the end.
  func axis(_ axis: Int) throws(ShapeError) -> Int {
    guard axis >= -count, axis < count else {
      throw ShapeError(reason: "axis \(axis) is outside the input's shape \(text)")
    }
    return axis < 0 ? axis + count : axis
  }

  /// Axes counted from the front, ascending, all different.
  func axes(_ axes: [Int]) throws(ShapeError) -> [Int] {
    var result: [Int] = []
    for axis in axes {
      let resolved = try self.axis(axis)
      if result.contains(resolved) { throw ShapeError(reason: "axis \(axis) is named twice") }
      result.append(resolved)
    }
    return result.sorted()
  }

  /// The size of an axis.
  func checkRank(_ rank: Int, _ layout: String) throws(ShapeError) {
    if count != rank {
      throw ShapeError(reason: "the input needs \(rank) axes \(layout), its shape is \(text)")
    }
  }

  /// numpy's broadcasting of two shapes. An unknown size broadcasts to a known one above 1.
  func broadcast(with other: Shape) throws(ShapeError) -> Shape {
    let rank = Swift.max(count, other.count)
    var result = Shape(repeating: 1, count: rank)
    for index in 0..<rank {
      let a = index < rank - count ? 1 : self[index - (rank - count)]
      let b = index < rank - other.count ? 1 : other[index - (rank - other.count)]
      switch (a, b) {
      case (1, _): result[index] = b
      case (_, 1): result[index] = a
      case (nil, _): result[index] = b
      case (_, nil): result[index] = a
      default:
        if a != b { throw ShapeError(reason: "the shapes \(text) and \(other.text) do not broadcast") }
        result[index] = a
      }
    }
    return result
  }

  /// Checks that a parameter broadcasts against this shape without enlarging it.
  func checkCovers(_ parameter: [Int], _ name: String) throws(ShapeError) {
    let offset = count - parameter.count
    let fits =
      offset >= 0
      && parameter.indices.allSatisfy { index in
        let size = self[offset + index]
        return parameter[index] == 1 || size == nil || size == parameter[index]
      }
    if !fits {
      throw ShapeError(reason: "\(name) of shape \(parameter.text) does not fit the input's \(text)")
    }
  }
}

/// Refuses a count (a window, a stride, a repetition) outside `1 ... SizeLimit.axis`.
func checkPositive(_ value: Int, _ name: String) throws(ShapeError) {
  if value < 1 || value > SizeLimit.axis {
    throw ShapeError(reason: "\(name) must be at least 1 and at most 2^31, it is \(value)")
  }
}
