import CCommit
import Glibc
import Inference
import Keras

/// What `thimble --version` prints.
enum Version {
  /// The one place of the version. The tag of a release is `v` and this: scripts/packaging/release.py checks it.
  static let number = "0.1.0"

  /// The version, the commit, whose files are read, and what computes on this machine; a line each.
  static var report: String {
    """
    thimble \(number)
    commit   \(String(cString: thimble_commit()))
    Keras    \(KerasModel.kerasVersions.lowerBound) to \(KerasModel.kerasVersions.upperBound)
    kernels  \(kernels)
    """
  }

  /// All that the processor can run, and which of them are used: the variable `THIMBLE_KERNELS` may say.
  private static var kernels: String {
    let missing = CPU.missingInstructions
    guard missing.isEmpty else { return "none: this processor lacks \(missing.joined(separator: " and "))" }
    if let reason = CPU.refusal(ofKernels: getenv("THIMBLE_KERNELS").map { String(cString: $0) }) {
      return "THIMBLE_KERNELS: \(reason)"
    }
    return KernelSet.all.map {
      "\($0.instructions) (\($0.name)\($0.name == KernelSet.chosen.name ? ", used" : ""))"
    }.joined(separator: ", ")
  }
}
