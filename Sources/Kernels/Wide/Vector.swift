// The kernels in this folder are compiled twice: in `Kernels` for every CPU, in `KernelsAVX512` for those
// with wider registers.

#if AVX512
  /// The unit of the kernels' arithmetic: one AVX-512 register.
  typealias Vector = SIMD16<Float>
#else
  /// The unit of the kernels' arithmetic: one AVX2 register, or two NEON registers.
  typealias Vector = SIMD8<Float>
#endif

extension Vector {
  /// Reads a vector from any address.
  @inline(__always)
  static func load(_ source: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
  }

  /// Reads the first `count` values; the rest are `filler`.
  @inline(__always)
  static func load(_ source: UnsafePointer<Float>, count: Int, filler: Float = 0) -> Vector {
    var vector = Vector(repeating: filler)
    for lane in 0..<count { vector[lane] = source[lane] }
    return vector
  }

  /// Writes a vector to any address.
  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(target).storeBytes(of: self, as: Vector.self)
  }

  /// Writes the first `count` values.
  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, count: Int) {
    for lane in 0..<count { target[lane] = self[lane] }
  }
}
