import CCPU
import Glibc
import System

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

  /// What `THIMBLE_KERNELS` may say: `base` forces the kernels that every processor of Lambda runs (on x86_64: AVX2)
  /// on a processor that has wider registers, too.
  static let baseKernels = "base"

  /// Why a value of `THIMBLE_KERNELS` is refused; nil: it names kernels, or is empty or nil, which means the fastest.
  public static func refusal(ofKernels name: String?) -> String? {
    guard let name, !name.isEmpty, name != baseKernels else { return nil }
    return "\"\(name)\" names no kernels: say \(baseKernels), or leave it empty for the fastest"
  }

  /// Processors that this process may use.
  public static var count: Int {
    guard let mask else { return max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1) }
    return max(mask.reduce(0) { $0 + $1.nonzeroBitCount }, 1)
  }

  /// Those processors, a bit each; nil: the system does not say.
  private static var mask: [UInt]? {
    var mask = [UInt](repeating: 0, count: 128)
    return sched_getaffinity(0, mask.count * MemoryLayout<UInt>.size, &mask) == 0 ? mask : nil
  }

  /// Lets a thread that is about to start run on all processors that this process may use but the current one.
  static func leaveCurrent(_ attributes: inout pthread_attr_t) {
    let current = Int(sched_getcpu())
    guard var mask, mask.indices.contains(current / UInt.bitWidth) else { return }
    mask[current / UInt.bitWidth] &= ~(1 << UInt(current % UInt.bitWidth))
    pthread_attr_setaffinity_np(&attributes, mask.count * MemoryLayout<UInt>.size, mask)
  }

  /// The floating-point operations a second that one core reaches at best: products added up in registers,
  /// the best of many short runs.
  public static func measurePeak() -> Double { measurePeak(.chosen) }

  package static func measurePeak(_ kernels: KernelSet) -> Double {
    var best = 0.0
    for _ in 0..<200 {
      let start = Clock.monotonic
      let work = kernels.multiplyAndAdd(10_000)
      let seconds = Clock.monotonic - start
      // The value is only there so that the work is not left out.
      if work.value > 0 { best = max(best, work.flops / seconds) }
    }
    return best
  }

  static var hasAVX512: Bool { thimble_has_avx512() }
}
