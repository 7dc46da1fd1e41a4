/// Sorts every row, the smallest value first and NaN last.
///
/// A heapsort, which needs no memory and no luck.
public func sortRows(
  input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
  rows: Int, columns: Int
) {
  requireRows(rows, columns: columns, outputStride: outputStride)
  for row in 0..<rows {
    let target = output + row * outputStride
    target.update(from: input + row * inputStride, count: columns)
    heapsort(target, columns) { isBefore($0, $1) }
  }
}

/// The indices that sort every row; of equal values, the first comes first.
public func sortedIndexRows(
  input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
  rows: Int, columns: Int
) {
  requireRows(rows, columns: columns, outputStride: outputStride)
  for row in 0..<rows {
    let source = input + row * inputStride
    let target = output + row * outputStride
    for index in 0..<columns { target[index] = Float(index) }
    heapsort(target, columns) { a, b in
      let (x, y) = (source[Int(a)], source[Int(b)])
      return isBefore(x, y) || !isBefore(y, x) && a < b
    }
  }
}

@inline(__always)
private func isBefore(_ a: Float, _ b: Float) -> Bool { a < b || b.isNaN && !a.isNaN }

@inline(__always)
private func heapsort(
  _ values: UnsafeMutablePointer<Float>, _ count: Int, _ isBefore: (Float, Float) -> Bool
) {
  /// Lets a value sink to where none below it comes after it.
  func sink(_ start: Int, _ end: Int) {
    let value = values[start]
    var place = start
    while 2 * place + 1 < end {
      var child = 2 * place + 1
      if child + 1 < end, isBefore(values[child], values[child + 1]) { child += 1 }
      if !isBefore(value, values[child]) { break }
      values[place] = values[child]
      place = child
    }
    values[place] = value
  }
  for start in stride(from: count / 2 - 1, through: 0, by: -1) { sink(start, count) }
  for end in stride(from: count - 1, to: 0, by: -1) {
    let last = values[end]
    values[end] = values[0]
    values[0] = last
    sink(0, end)
  }
}
