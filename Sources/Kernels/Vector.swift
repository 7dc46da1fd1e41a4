/// The unit of the kernels' arithmetic: one AVX2 register, or two NEON registers.
public typealias Vector = SIMD8<Float>

extension Vector {
  /// Reads eight values from any address.
  @inline(__always)
  static func load(_ source: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
  }

  /// Reads the first `count` (0 to 8) values; the rest are `filler`.
  @inline(__always)
  static func load(_ source: UnsafePointer<Float>, count: Int, filler: Float = 0) -> Vector {
    var vector = Vector(repeating: filler)
    for lane in 0..<count { vector[lane] = source[lane] }
    return vector
  }

  /// Writes eight values to any address.
  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(target).storeBytes(of: self, as: Vector.self)
  }

  /// Writes the first `count` (0 to 8) values.
  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, count: Int) {
    for lane in 0..<count { target[lane] = self[lane] }
  }
}
