import Foundation
import TestSupport
import Testing

/// `thimble --version`.
struct VersionTests {
  /// The lines by their first word.
  private func report(kernels: String? = nil) throws -> [String: String] {
    let outcome = try Tool.run(["--version"], environment: kernels.map { ["THIMBLE_KERNELS": $0] } ?? [:])
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1) }
    return Dictionary(
      uniqueKeysWithValues: try lines.map {
        (String($0[0]), try #require($0.last).trimmingCharacters(in: .whitespaces))
      })
  }

  @Test func `version, commit and Keras' versions are named`() throws {
    let report = try report()
    #expect(report.keys.sorted() == ["Keras", "commit", "kernels", "thimble"])
    #expect(try #require(report["thimble"]).wholeMatch(of: /\d+\.\d+\.\d+/) != nil)
    #expect(try #require(report["commit"]).wholeMatch(of: /unknown|[0-9a-f]{40}(-dirty)?/) != nil)
    #expect(report["Keras"] == "1 to 3")
  }

  /// What the system says of the processor.
  private var hasAVX512: Bool {
    let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return ["f", "dq", "cd", "bw", "vl"].allSatisfy { flags.contains(" avx512\($0) ") }
  }

  @Test func `kernels are those that the processor and the variable allow`() throws {
    #if arch(x86_64)
      let wide = hasAVX512
      #expect(
        try report(kernels: "")["kernels"]
          == (wide ? "AVX2 (6x16), AVX-512 (8x32, used)" : "AVX2 (6x16, used)"))
      #expect(
        try report(kernels: "base")["kernels"]
          == (wide ? "AVX2 (6x16, used), AVX-512 (8x32)" : "AVX2 (6x16, used)"))
    #else
      #expect(try report(kernels: "")["kernels"] == "NEON (6x16, used)")
    #endif
    let unknown = try #require(try report(kernels: "sse")["kernels"])
    #expect(unknown.hasPrefix("THIMBLE_KERNELS: \"sse\" names no kernels"), "\(unknown)")
  }
}
