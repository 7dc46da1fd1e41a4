// Shapes of operations that move values without computing.

func concatenationShape(_ inputs: [Shape], axis: Int) throws(ShapeError) -> Shape {
  var result = inputs[0]
  let axis = try result.axis(axis)
  for input in inputs.dropFirst() {
    let others = input.indices.filter { $0 != axis }
    guard input.count == result.count,
      others.allSatisfy({ input[$0] == nil || result[$0] == nil || input[$0] == result[$0] })
    else {
      throw ShapeError(
        reason: "the shapes \(inputs[0].text) and \(input.text) differ in more than axis \(axis)")
    }
    for index in others where result[index] == nil { result[index] = input[index] }
    if let sum = result[axis], let size = input[axis] {
      result[axis] = sum + size
      try result.checkLimits()
    } else {
      result[axis] = nil
    }
  }
  return result
}

extension Shape {
  func padding(before: [Int], after: [Int], mode: PaddingMode) throws(ShapeError) -> Shape {
    guard before.count == count, after.count == count else {
      throw ShapeError(
        reason: "it needs \(count) borders for the shape \(text), it has \(before.count) and \(after.count)")
    }
    var result = self
    for axis in indices {
      let border = Swift.max(before[axis], after[axis])
      if Swift.min(before[axis], after[axis]) < 0 || border > SizeLimit.axis {
        throw ShapeError(reason: "the borders of axis \(axis) are \(before[axis]) and \(after[axis])")
      }
      guard let size = self[axis] else {
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

  func slicing(_ slices: [Slice]) throws(ShapeError) -> Shape {
    var result: Shape = []
    var axis = 0
    for slice in slices {
      if case .newAxis = slice {
        result.append(1)
        continue
      }
      guard axis < count else {
        throw ShapeError(reason: "it has more entries than the shape \(text) has axes")
      }
      switch slice {
      case .whole, .newAxis: result.append(self[axis])
      case .index(let index):
        if let size = self[axis], index >= size || index < -size {
          throw ShapeError(reason: "index \(index) is outside axis \(axis) of size \(size)")
        }
      case .range(let begin, let end, let step):
        if step == 0 { throw ShapeError(reason: "the step of axis \(axis) is 0") }
        guard let size = self[axis] else {
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
    return result + self[axis...]
  }

  func reshaping(_ target: [Int]) throws(ShapeError) -> Shape {
    var result: Shape = []
    // Axes that are kept on both sides cancel, known or not.
    var rest = self
    for (axis, size) in target.enumerated() {
      switch size {
      case Operation.keep:
        guard axis < count else {
          throw ShapeError(reason: "it keeps axis \(axis), which the shape \(text) has not")
        }
        result.append(self[axis])
        rest[axis] = 1
      case -1: result.append(nil)
      default: result.append(size)
      }
    }
    let inferred = target.indices.filter { target[$0] == -1 }
    if inferred.count > 1 { throw ShapeError(reason: "only one size may be -1 in \(target.text)") }
    try result.checkLimits()
    let values = target.filter { $0 > 0 }.checkedProduct ?? 1
    guard let available = rest.known?.checkedProduct else { return result }
    if let axis = inferred.first {
      if available % values != 0 {
        throw ShapeError(reason: "the shape \(text) does not divide into \(target.text)")
      }
      result[axis] = available / values
    } else if available != values {
      throw ShapeError(reason: "the shape \(text) does not have as many values as \(target.text)")
    }
    return result
  }

  func transposing(_ permutation: [Int]) throws(ShapeError) -> Shape {
    let axes = try resolved(permutation: permutation)
    return axes.map { self[$0] }
  }

  /// The permutation counted from the front.
  func resolved(permutation: [Int]) throws(ShapeError) -> [Int] {
    let axes = permutation.map { $0 < 0 ? $0 &+ count : $0 }
    guard axes.sorted() == Swift.Array(indices) else {
      throw ShapeError(reason: "\(permutation.text) does not permute the axes of \(text)")
    }
    return axes
  }

  func broadcasting(to target: [Int]) throws(ShapeError) -> Shape {
    let offset = target.count - count
    guard offset >= 0 else {
      throw ShapeError(reason: "the shape \(text) has more axes than \(target.text)")
    }
    var result: Shape = []
    for (index, size) in target.enumerated() {
      let own: Int? = index < offset ? 1 : self[index - offset]
      if size == Operation.keep {
        guard index >= offset else {
          throw ShapeError(reason: "it keeps axis \(index), which the shape \(text) has not")
        }
        result.append(own)
      } else if own == nil || own == 1 || own == size {
        result.append(size)
      } else {
        throw ShapeError(reason: "the shape \(text) does not broadcast to \(target.text)")
      }
    }
    return result
  }

  func repeating(_ repeats: Int, axis: Int) throws(ShapeError) -> Shape {
    try checkPositive(repeats, "the count")
    var result = self
    let axis = try self.axis(axis)
    result[axis] = result[axis].map { $0 * repeats }
    return result
  }

  func tiling(_ counts: [Int]) throws(ShapeError) -> Shape {
    guard counts.count == count else {
      throw ShapeError(reason: "it needs \(count) counts for the shape \(text), it has \(counts.count)")
    }
    var result = self
    for (axis, repeats) in counts.enumerated() {
      try checkPositive(repeats, "a count")
      result[axis] = result[axis].map { $0 * repeats }
    }
    return result
  }

  func taking(_ indices: [Int], axis: Int) throws(ShapeError) -> Shape {
    let axis = try self.axis(axis)
    if let size = self[axis], let outside = indices.first(where: { $0 >= size || $0 < -size }) {
      throw ShapeError(reason: "index \(outside) is outside axis \(axis) of size \(size)")
    }
    var result = self
    result[axis] = indices.count
    return result
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
