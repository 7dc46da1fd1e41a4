/// Functions of two values; comparisons give 1 or 0.
public enum BinaryFunction: Sendable {
  case add, subtract, multiply, divide, maximum, minimum, squaredDifference
  case equal, notEqual, less, lessEqual, greater, greaterEqual, logicalAnd, logicalOr, logicalXor
  /// `a / b` rounded down, as numpy's `floor_divide`.
  case floorDivide
  /// The remainder of ``floorDivide``: its sign is the divisor's.
  case modulo
  /// `a > 0 ? a : b * a`
  case parametricReLU
}

/// A matrix that a kernel reads: how far its rows are apart, and whether a row is one value that counts
/// for all columns.
public struct MatrixSource {
  public var base: UnsafePointer<Float>
  /// Values from one row to the next; 0 where all rows are the same.
  public var rowStride: Int
  public var isScalarRow: Bool

  public init(_ base: UnsafePointer<Float>, rowStride: Int, isScalarRow: Bool) {
    self.base = base
    self.rowStride = rowStride
    self.isScalarRow = isScalarRow
  }
}

/// `output[r, c] = function(a[r, c], b[r, c])` for `rows` x `columns` values.
/// - Parameter outputStride: values from one row of the output to the next.
public func binaryRows(
  _ function: BinaryFunction, _ a: MatrixSource, _ b: MatrixSource, output: UnsafeMutablePointer<Float>,
  outputStride: Int, rows: Int, columns: Int
) {
  requireRows(rows, columns: columns, outputStride: outputStride)
  @inline(__always) func run(_ function: (Vector, Vector) -> Vector) {
    zipRows(a, b, output, outputStride, rows, columns, function)
  }
  switch function {
  case .add: run { $0 + $1 }
  case .subtract: run { $0 - $1 }
  case .multiply: run { $0 * $1 }
  case .divide: run { $0 / $1 }
  case .maximum:
    run { $1.replacing(with: $0, where: ($0 .> $1) .| ($0 .!= $0)) }
  case .minimum:
    run { $1.replacing(with: $0, where: ($0 .< $1) .| ($0 .!= $0)) }
  case .squaredDifference: run { ($0 - $1) * ($0 - $1) }
  case .equal: run { truth($0 .== $1) }
  case .notEqual: run { truth($0 .!= $1) }
  case .less: run { truth($0 .< $1) }
  case .lessEqual: run { truth($0 .<= $1) }
  case .greater: run { truth($0 .> $1) }
  case .greaterEqual: run { truth($0 .>= $1) }
  case .logicalAnd: run { truth(($0 .!= 0) .& ($1 .!= 0)) }
  case .logicalOr: run { truth(($0 .!= 0) .| ($1 .!= 0)) }
  case .logicalXor: run { truth(($0 .!= 0) .^ ($1 .!= 0)) }
  case .floorDivide: run { ($0 / $1).rounded(.down) }
  case .modulo: run(modulo)
  case .parametricReLU: run { ($1 * $0).replacing(with: $0, where: $0 .> 0) }
  }
}

@inline(__always)
private func truth(_ mask: SIMDMask<SIMD8<Int32>>) -> Vector {
  Vector(repeating: 0).replacing(with: 1, where: mask)
}

@inline(__always)
private func modulo(_ a: Vector, _ b: Vector) -> Vector {
  var result = Vector(repeating: 0)
  for lane in 0..<8 {
    let remainder = a[lane].truncatingRemainder(dividingBy: b[lane])
    result[lane] = remainder != 0 && (remainder < 0) != (b[lane] < 0) ? remainder + b[lane] : remainder
  }
  return result
}

@inline(__always)
private func zipRows(
  _ a: MatrixSource, _ b: MatrixSource, _ output: UnsafeMutablePointer<Float>, _ outputStride: Int,
  _ rows: Int, _ columns: Int, _ function: (Vector, Vector) -> Vector
) {
  let whole = columns & ~7
  let rest = columns - whole
  for row in 0..<rows {
    let x = a.base + row * a.rowStride
    let y = b.base + row * b.rowStride
    let target = output + row * outputStride
    let xScalar = Vector(repeating: x[0])
    let yScalar = Vector(repeating: y[0])
    var index = 0
    switch (a.isScalarRow, b.isScalarRow) {
    case (false, false):
      while index < whole {
        function(Vector.load(x + index), Vector.load(y + index)).store(target + index)
        index += 8
      }
    case (false, true):
      while index < whole {
        function(Vector.load(x + index), yScalar).store(target + index)
        index += 8
      }
    case (true, false):
      while index < whole {
        function(xScalar, Vector.load(y + index)).store(target + index)
        index += 8
      }
    case (true, true):
      let value = function(xScalar, yScalar)
      while index < whole {
        value.store(target + index)
        index += 8
      }
    }
    if rest > 0 {
      let last = a.isScalarRow ? xScalar : Vector.load(x + whole, count: rest, filler: 1)
      let other = b.isScalarRow ? yScalar : Vector.load(y + whole, count: rest, filler: 1)
      function(last, other).store(target + whole, count: rest)
    }
  }
}

/// `output[r, c] = condition[r, c] != 0 ? a[r, c] : b[r, c]` for `rows` x `columns` values.
public func selectRows(
  condition: MatrixSource, _ a: MatrixSource, _ b: MatrixSource, output: UnsafeMutablePointer<Float>,
  outputStride: Int, rows: Int, columns: Int
) {
  requireRows(rows, columns: columns, outputStride: outputStride)
  @inline(__always) func value(_ source: MatrixSource, _ row: Int, _ column: Int) -> Float {
    source.base[row * source.rowStride + (source.isScalarRow ? 0 : column)]
  }
  for row in 0..<rows {
    for column in 0..<columns {
      output[row * outputStride + column] =
        value(condition, row, column) != 0 ? value(a, row, column) : value(b, row, column)
    }
  }
}
