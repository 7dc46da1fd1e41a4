import CCPU

/// What the processor can do.
public enum CPU {
  /// Instructions that the kernels need and this processor lacks; empty: all is well.
  public static var missingInstructions: [String] {
    #if arch(x86_64)
      thimble_has_avx2() ? [] : ["AVX2", "FMA"]
    #else
      []
    #endif
  }

  static var hasAVX512: Bool { thimble_has_avx512() }
}
