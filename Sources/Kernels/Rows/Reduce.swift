/// How values are taken together.
public enum ReductionFunction: Sendable { case sum, max, min, product, sumOfSquares, any, all }

/// Reduces the rows of a matrix to one row.
/// - Parameters:
///   - rowStride: values from one row to the next.
///   - columns: which columns to do.
///   - center: for `sumOfSquares`, one value a column that is subtracted first.
public func reduceRows(
  _ function: ReductionFunction, input: UnsafePointer<Float>, rows: Int, rowStride: Int,
  columns: Range<Int>, center: UnsafePointer<Float>? = nil, output: UnsafeMutablePointer<Float>
) {
  require(rows >= 0 && columns.lowerBound >= 0, "counts are not negative")
  require(rows <= 1 || rowStride >= columns.upperBound, "columns lie within their rows")
  switch function {
  case .sum: reduceRows(Sum.self, input, rows, rowStride, columns, nil, output)
  case .max: reduceRows(Largest.self, input, rows, rowStride, columns, nil, output)
  case .min: reduceRows(Smallest.self, input, rows, rowStride, columns, nil, output)
  case .product: reduceRows(Product.self, input, rows, rowStride, columns, nil, output)
  case .sumOfSquares: reduceRows(SumOfSquares.self, input, rows, rowStride, columns, center, output)
  case .any: reduceRows(AnyOf.self, input, rows, rowStride, columns, nil, output)
  case .all: reduceRows(AllOf.self, input, rows, rowStride, columns, nil, output)
  }
}

/// Reduces a run of values to one.
/// - Parameter center: for `sumOfSquares`, what is subtracted first.
public func reduceRun(
  _ function: ReductionFunction, _ input: UnsafePointer<Float>, count: Int, center: Float = 0
) -> Float {
  require(count >= 0, "counts are not negative")
  return switch function {
  case .sum: reduceRun(Sum.self, input, count, 0)
  case .max: reduceRun(Largest.self, input, count, 0)
  case .min: reduceRun(Smallest.self, input, count, 0)
  case .product: reduceRun(Product.self, input, count, 0)
  case .sumOfSquares: reduceRun(SumOfSquares.self, input, count, center)
  case .any: reduceRun(AnyOf.self, input, count, 0)
  case .all: reduceRun(AllOf.self, input, count, 0)
  }
}

private protocol Accumulation {
  static var start: Float { get }
  /// What a value contributes.
  static func term(_ value: Vector, _ center: Vector) -> Vector
  static func combine(_ a: Vector, _ b: Vector) -> Vector
}

extension Accumulation {
  @inline(__always) static func term(_ value: Vector, _ center: Vector) -> Vector { value }
}

private enum Sum: Accumulation {
  @inline(__always) static var start: Float { 0 }
  @inline(__always) static func combine(_ a: Vector, _ b: Vector) -> Vector { a + b }
}

private enum Largest: Accumulation {
  @inline(__always) static var start: Float { -.infinity }
  @inline(__always) static func combine(_ a: Vector, _ b: Vector) -> Vector {
    a.replacing(with: b, where: (b .> a) .| (b .!= b))
  }
}

private enum Smallest: Accumulation {
  @inline(__always) static var start: Float { .infinity }
  @inline(__always) static func combine(_ a: Vector, _ b: Vector) -> Vector {
    a.replacing(with: b, where: (b .< a) .| (b .!= b))
  }
}

private enum Product: Accumulation {
  @inline(__always) static var start: Float { 1 }
  @inline(__always) static func combine(_ a: Vector, _ b: Vector) -> Vector { a * b }
}

private enum SumOfSquares: Accumulation {
  @inline(__always) static var start: Float { 0 }
  @inline(__always) static func term(_ value: Vector, _ center: Vector) -> Vector {
    (value - center) * (value - center)
  }
  @inline(__always) static func combine(_ a: Vector, _ b: Vector) -> Vector { a + b }
}

private enum AnyOf: Accumulation {
  @inline(__always) static var start: Float { 0 }
  @inline(__always) static func combine(_ a: Vector, _ b: Vector) -> Vector {
    a.replacing(with: 1, where: b .!= 0)
  }
}

private enum AllOf: Accumulation {
  @inline(__always) static var start: Float { 1 }
  @inline(__always) static func combine(_ a: Vector, _ b: Vector) -> Vector {
    a.replacing(with: 0, where: b .== 0)
  }
}

@inline(__always)
private func reduceRows<A: Accumulation>(
  _ accumulation: A.Type, _ input: UnsafePointer<Float>, _ rows: Int, _ rowStride: Int,
  _ columns: Range<Int>, _ center: UnsafePointer<Float>?, _ output: UnsafeMutablePointer<Float>
) {
  var column = columns.lowerBound
  let start = Vector(repeating: A.start)
  let zero = Vector(repeating: 0)
  while column + 32 <= columns.upperBound {
    var a = start
    var b = start
    var c = start
    var d = start
    let centerA = center.map { Vector.load($0 + column) } ?? zero
    let centerB = center.map { Vector.load($0 + column + 8) } ?? zero
    let centerC = center.map { Vector.load($0 + column + 16) } ?? zero
    let centerD = center.map { Vector.load($0 + column + 24) } ?? zero
    var source = input + column
    for _ in 0..<rows {
      a = A.combine(a, A.term(Vector.load(source), centerA))
      b = A.combine(b, A.term(Vector.load(source + 8), centerB))
      c = A.combine(c, A.term(Vector.load(source + 16), centerC))
      d = A.combine(d, A.term(Vector.load(source + 24), centerD))
      source += rowStride
    }
    a.store(output + column)
    b.store(output + column + 8)
    c.store(output + column + 16)
    d.store(output + column + 24)
    column += 32
  }
  while column < columns.upperBound {
    let lanes = min(8, columns.upperBound - column)
    var sum = start
    let offset = center.map { Vector.load($0 + column, count: lanes) } ?? zero
    var source = input + column
    for _ in 0..<rows {
      sum = A.combine(
        sum, A.term(lanes == 8 ? Vector.load(source) : Vector.load(source, count: lanes), offset))
      source += rowStride
    }
    sum.store(output + column, count: lanes)
    column += lanes
  }
}

@inline(__always)
private func reduceRun<A: Accumulation>(
  _ accumulation: A.Type, _ input: UnsafePointer<Float>, _ count: Int, _ center: Float
) -> Float {
  let start = Vector(repeating: A.start)
  let centers = Vector(repeating: center)
  var a = start
  var b = start
  var c = start
  var d = start
  var index = 0
  while index + 32 <= count {
    a = A.combine(a, A.term(Vector.load(input + index), centers))
    b = A.combine(b, A.term(Vector.load(input + index + 8), centers))
    c = A.combine(c, A.term(Vector.load(input + index + 16), centers))
    d = A.combine(d, A.term(Vector.load(input + index + 24), centers))
    index += 32
  }
  while index + 8 <= count {
    a = A.combine(a, A.term(Vector.load(input + index), centers))
    index += 8
  }
  let lanes = A.combine(A.combine(a, b), A.combine(c, d))
  var result = Vector(repeating: lanes[0])
  for lane in 1..<8 { result = A.combine(result, Vector(repeating: lanes[lane])) }
  while index < count {
    result = A.combine(result, A.term(Vector(repeating: input[index]), centers))
    index += 1
  }
  return result[0]
}
