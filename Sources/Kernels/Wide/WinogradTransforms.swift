// One-dimensional transforms of `size` values to `results`, by as many points as values: 4 by 0, 1, -1 and infinity; 6
// by 1/2 and -2 as well; 8 by 2, -2, 1/2 and -1/2. The matrices are those of Toom and Cook with whole denominators moved to the
// weights, factored to share sums.

/// Names the edges of an input tile and of its output tile for the compiler.
struct TileSize<let size: Int, let results: Int> {}

/// `B^T x` of an input tile's row or column.
@inline(__always)
func winogradInput<let size: Int>(_ x: InlineArray<size, Vector>) -> InlineArray<size, Vector> {
  var y = x
  if size == 6 {
    let even = x[4] - x[2]
    let odd = x[3] - x[1]
    y[0] = (x[0] - x[2] + even).addingProduct(odd, Vector(repeating: 1.5))
    y[1] = (even + odd).addingProduct(x[2] + x[3], Vector(repeating: 1.5))
    y[2] = (even - odd).addingProduct(x[3] - x[2], Vector(repeating: 1.5))
    y[3] = even.addingProduct(odd, Vector(repeating: 2))
    y[4] = even.addingProduct(odd, Vector(repeating: -0.5))
    y[5] = (x[5] - x[3] - odd).addingProduct(even, Vector(repeating: 1.5))
  } else if size == 8 {
    y[0] = (x[0] - x[6]).addingProduct(x[4] - x[2], Vector(repeating: 5.25))
    var even = (x[2] + x[6]).addingProduct(x[4], Vector(repeating: -4.25))
    var odd = (x[1] + x[5]).addingProduct(x[3], Vector(repeating: -4.25))
    y[1] = even + odd
    y[2] = even - odd
    even = x[6].addingProduct(x[2], Vector(repeating: 0.25)).addingProduct(x[4], Vector(repeating: -1.25))
    odd = (2 * x[5]).addingProduct(x[1], Vector(repeating: 0.5)).addingProduct(x[3], Vector(repeating: -2.5))
    y[3] = even + odd
    y[4] = even - odd
    even = x[6].addingProduct(x[2], Vector(repeating: 4)).addingProduct(x[4], Vector(repeating: -5))
    odd = (2 * x[1]).addingProduct(x[5], Vector(repeating: 0.5)).addingProduct(x[3], Vector(repeating: -2.5))
    y[5] = even + odd
    y[6] = even - odd
    y[7] = (x[7] - x[1]).addingProduct(x[3] - x[5], Vector(repeating: 5.25))
  } else {
    y[0] = x[2] - x[0]
    y[1] = x[1] + x[2]
    y[2] = x[2] - x[1]
    y[3] = x[3] - x[1]
  }
  return y
}

/// `A^T x`: the results in the first places.
@inline(__always)
func winogradOutput<let size: Int, let results: Int>(
  _ shape: TileSize<size, results>, _ x: InlineArray<size, Vector>
) -> InlineArray<size, Vector> {
  var y = x
  let sum = x[1] + x[2]
  let difference = x[1] - x[2]
  if size == 6 {
    y[0] = x[0] + sum + (x[3] + x[4])
    y[1] = (results == 2 ? x[5] + difference : difference).addingProduct(x[3], Vector(repeating: 0.5))
      .addingProduct(x[4], Vector(repeating: -2))
    guard results == 4 else { return y }
    y[2] = sum.addingProduct(x[3], Vector(repeating: 0.25)).addingProduct(x[4], Vector(repeating: 4))
    y[3] = (x[5] + difference).addingProduct(x[3], Vector(repeating: 0.125))
      .addingProduct(x[4], Vector(repeating: -8))
  } else if size == 8 {
    y[0] = x[0] + sum + (x[3] + x[4]) + (x[5] + x[6])
    y[1] = (x[7] + difference).addingProduct(x[3] - x[4], Vector(repeating: 2))
      .addingProduct(x[5] - x[6], Vector(repeating: 0.5))
  } else {
    y[0] = x[0] + sum
    y[1] = difference + x[3]
  }
  return y
}

/// `G x` of `size - results + 1` weights, in the first places; the rest is 0.
@inline(__always)
func winogradWeights<let size: Int, let results: Int>(
  _ shape: TileSize<size, results>, _ x: InlineArray<size, Vector>
) -> InlineArray<size, Vector> {
  let last = x[size - results]
  var y = x
  if size == 6 {
    var even = x[0] + x[2] + x[4]
    var odd = x[1] + x[3]
    y[1] = (even + odd) * (1 / 3)
    y[2] = (odd - even) * (1 / 3)
    even = x[0] * 16 + x[2] * 4 + x[4]
    odd = x[1] * 8 + x[3] * 2
    y[3] = (even + odd) * (-1 / 15)
    even = x[0] + x[2] * 4 + x[4] * 16
    odd = x[1] * 2 + x[3] * 8
    y[4] = (even - odd) * (1 / 15)
    y[5] = last
  } else if size == 8 {
    var even = x[0] + x[2] + x[4] + x[6]
    var odd = x[1] + x[3] + x[5]
    y[1] = (even + odd) * (-2 / 9)
    y[2] = (even - odd) * (-2 / 9)
    even = x[0] + x[2] * 4 + x[4] * 16 + x[6] * 64
    odd = x[1] * 2 + x[3] * 8 + x[5] * 32
    y[3] = (even + odd) * (1 / 90)
    y[4] = (even - odd) * (1 / 90)
    even = x[0] * 64 + x[2] * 16 + x[4] * 4 + x[6]
    odd = x[1] * 32 + x[3] * 8 + x[5] * 2
    y[5] = (even + odd) * (1 / 90)
    y[6] = (even - odd) * (1 / 90)
    y[7] = last
  } else {
    y[0] = -x[0]
    y[1] = (x[0] + x[1] + x[2]) * 0.5
    y[2] = (x[0] - x[1] + x[2]) * 0.5
    y[3] = last
  }
  return y
}
