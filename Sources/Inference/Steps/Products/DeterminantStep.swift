/// Determinants by Gaussian elimination, in double precision: there are few, and their terms cancel.
struct DeterminantStep: RangeStep {
  let name: String
  let input: Operand
  let output: Operand

  private var size: Int { input.columns }
  private var valuesPerMatrix: Int { size * size }

  var kernel: String { "determinant" }
  var flops: Double { 2 / 3 * Double(input.count) * Double(size) }
  var bytes: Int { 4 * (input.count + output.count) }
  /// Two values for each one in double precision.
  var scratch: Int { 2 * input.count }

  var ranges: Ranges { Ranges(rows: output.count, columns: valuesPerMatrix * size) }

  func run(_ context: RunContext, _ range: Range<Int>) {
    let source = context.pointer(input)
    let target = context.pointer(output)
    for index in range {
      let scratch = context.scratch + index * 2 * valuesPerMatrix
      scratch.withMemoryRebound(to: Double.self, capacity: valuesPerMatrix) { matrix in
        for row in 0..<size {
          let values = source + (index * size + row) * input.rowStride
          for column in 0..<size { matrix[row * size + column] = Double(values[column]) }
        }
        target[index] = Float(determinant(matrix))
      }
    }
  }

  /// Makes the matrix triangular, from the largest pivot of each column; the determinant is the product of the pivots.
  private func determinant(_ matrix: UnsafeMutablePointer<Double>) -> Double {
    var product = 1.0
    for column in 0..<size {
      var pivot = column
      for row in column..<size {
        let value = abs(matrix[row * size + column])
        if value.isNaN { return .nan }
        if value > abs(matrix[pivot * size + column]) { pivot = row }
      }
      let largest = matrix[pivot * size + column]
      if largest == 0 { return 0 }
      if pivot != column {
        for index in column..<size {
          let value = matrix[pivot * size + index]
          matrix[pivot * size + index] = matrix[column * size + index]
          matrix[column * size + index] = value
        }
        product.negate()
      }
      product *= largest
      for row in column + 1..<size {
        let factor = matrix[row * size + column] / largest
        for index in column..<size { matrix[row * size + index] -= factor * matrix[column * size + index] }
      }
    }
    return product
  }
}
