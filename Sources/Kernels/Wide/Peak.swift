/// Keeps a core multiplying and adding in registers: what it does at most, to compare kernels with.
/// - Returns: the floating-point operations done, and a value that depends on all of them.
public func multiplyAndAdd(iterations: Int) -> (flops: Double, value: Float) {
  var sums = InlineArray<12, Vector>(repeating: Vector(repeating: 0))
  let factor = Vector(repeating: Float(iterations))
  let other = Vector(repeating: 0.5)
  for _ in 0..<iterations {
    for index in 0..<12 { sums[index] = sums[index].addingProduct(factor, other) }
  }
  var total = Vector(repeating: 0)
  for index in 0..<12 { total += sums[index] }
  return (Double(iterations * 12 * Vector.scalarCount * 2), total.sum())
}
