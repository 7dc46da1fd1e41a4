import Testing

@testable import Inference

/// Which kernels a process uses, and which ones the tests have tried.
struct KernelSetTests {
  @Test("the base kernels are always tried, the processor's best ones beside them")
  func tried() {
    let names = KernelSet.all.map(\.name)
    print("kernels that the tests try here: \(names.joined(separator: ", "))")
    #expect(names.first == KernelSet.base.name && names.last == KernelSet.best.name)
  }

  @Test("THIMBLE_KERNELS forces the base kernels")
  func chosen() {
    #expect(KernelSet.chosen(by: "base").name == KernelSet.base.name)
    for name in [nil, ""] { #expect(KernelSet.chosen(by: name).name == KernelSet.best.name) }
    for name in [nil, "", "base"] { #expect(CPU.refusal(ofKernels: name) == nil) }
    #expect(CPU.refusal(ofKernels: "avx2")?.contains("say base") == true)
  }
}
