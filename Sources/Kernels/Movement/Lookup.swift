/// Copies rows of a table by index. An index outside the table gives NaN, as jax' `take` does.
public func lookUpRows(
  indices: UnsafePointer<Float>, count: Int, table: UnsafePointer<Float>, tableRows: Int, columns: Int,
  output: UnsafeMutablePointer<Float>, outputStride: Int
) {
  requireRows(count, columns: columns, outputStride: outputStride)
  require(tableRows >= 0, "counts are not negative")
  for row in 0..<count {
    let target = output + row * outputStride
    let value = indices[row]
    // Compared as floats: a conversion of NaN or of a huge value would be undefined.
    let wrapped = value < 0 ? value + Float(tableRows) : value
    if wrapped >= 0 && wrapped < Float(tableRows) {
      let source = table + Int(wrapped) * columns
      for column in 0..<columns { target[column] = source[column] }
    } else {
      for column in 0..<columns { target[column] = .nan }
    }
  }
}

/// Writes rows that are 1 at the index and 0 elsewhere.
public func oneHotRows(
  indices: UnsafePointer<Float>, count: Int, columns: Int, output: UnsafeMutablePointer<Float>,
  outputStride: Int
) {
  requireRows(count, columns: columns, outputStride: outputStride)
  for row in 0..<count {
    let target = output + row * outputStride
    let index = indices[row].rounded(.towardZero)
    for column in 0..<columns { target[column] = Float(column) == index ? 1 : 0 }
  }
}
