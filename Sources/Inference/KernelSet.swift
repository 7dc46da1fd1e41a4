import Glibc
import Kernels

#if arch(x86_64)
  import KernelsAVX512
#endif

/// The heavy kernels for one kind of vector register. The one place where a processor's kernels are chosen.
package struct KernelSet: Sendable, CustomStringConvertible {
  /// Rows and columns of a tile, for profiles.
  package let name: String
  /// The instructions that it needs.
  package let instructions: String
  package var description: String { name }
  /// Columns of a packed panel, and rows of the largest tile.
  let panelWidth: Int
  let tileRows: Int
  /// Operations at the peak in the time that one byte takes to come from memory; roughly, for choices.
  let flopsPerByte: Double
  let packedCount: @Sendable (_ inner: Int, _ columns: Int) -> Int
  /// Whether a panel of so many columns is packed for the base kernels, to which ``multiply`` leaves it.
  let isNarrowPanel: @Sendable (_ columns: Int) -> Bool
  /// Values of a packed row of a panel of so many columns.
  let packedWidth: @Sendable (_ columns: Int) -> Int
  let packPanelBias:
    @Sendable (_ bias: UnsafePointer<Float>?, _ columns: Int, _ panel: UnsafeMutablePointer<Float>) -> Void
  let packPanelRows:
    @Sendable (
      _ weights: UnsafePointer<Float>, _ rows: Int, _ rowStride: Int, _ columnStride: Int, _ columns: Int,
      _ scale: UnsafePointer<Float>?, _ panel: UnsafeMutablePointer<Float>
    ) -> Void
  package let multiply: @Sendable (GemmBlock) -> Void
  package let convolveDepthwise: @Sendable (DepthwiseBlock, _ lines: Range<Int>) -> Void
  let transformWinogradInput:
    @Sendable (
      WinogradBlock, _ tiles: Range<Int>, _ transformed: UnsafeMutablePointer<Float>, _ placeStride: Int
    ) -> Void
  let transformWinogradOutput:
    @Sendable (
      WinogradBlock, _ tiles: Range<Int>, _ products: UnsafePointer<Float>, _ placeStride: Int
    ) -> Void
  let packWinogradPanel:
    @Sendable (
      _ tile: WinogradTile, _ weights: UnsafePointer<Float>, _ channels: Int, _ filters: Int, _ columns: Int,
      _ scale: UnsafePointer<Float>?, _ panel: UnsafeMutablePointer<Float>, _ placeStride: Int
    ) -> Void
  package let applyRows:
    @Sendable (
      _ function: ElementwiseFunction, _ input: UnsafePointer<Float>, _ inputStride: Int,
      _ output: UnsafeMutablePointer<Float>, _ outputStride: Int, _ rows: Int, _ columns: Int
    ) -> Void
  /// Keeps a core as busy as it can be; returns the operations done and a value that depends on them.
  let multiplyAndAdd: @Sendable (_ iterations: Int) -> (flops: Double, value: Float)

  #if arch(x86_64)
    private static let baseInstructions = "AVX2"
  #else
    private static let baseInstructions = "NEON"
  #endif

  /// Registers of eight values: every processor that is supported.
  package static let base = KernelSet(
    name: "6x16", instructions: baseInstructions, panelWidth: Kernels.gemmPanelWidth,
    tileRows: Kernels.gemmTileRows, flopsPerByte: 7,
    packedCount: Kernels.packedCount, isNarrowPanel: { _ in false }, packedWidth: Kernels.packedWidth,
    packPanelBias: Kernels.packPanelBias, packPanelRows: Kernels.packPanelRows,
    multiply: Kernels.multiply, convolveDepthwise: Kernels.convolveDepthwise(_:lines:),
    transformWinogradInput: Kernels.transformWinogradInput,
    transformWinogradOutput: Kernels.transformWinogradOutput, packWinogradPanel: Kernels.packWinogradPanel,
    applyRows: Kernels.applyRows, multiplyAndAdd: Kernels.multiplyAndAdd)

  #if arch(x86_64)
    /// Registers of sixteen values.
    static let avx512 = KernelSet(
      name: "8x32", instructions: "AVX-512", panelWidth: KernelsAVX512.gemmPanelWidth,
      tileRows: KernelsAVX512.gemmTileRows, flopsPerByte: 14,
      packedCount: KernelsAVX512.packedCount, isNarrowPanel: KernelsAVX512.isNarrowPanel,
      packedWidth: KernelsAVX512.packedWidth,
      packPanelBias: KernelsAVX512.packPanelBias, packPanelRows: KernelsAVX512.packPanelRows,
      multiply: KernelsAVX512.multiply,
      // Fewer channels than a register holds would be computed one by one.
      convolveDepthwise: { block, lines in
        if block.channels < 16 {
          Kernels.convolveDepthwise(block, lines: lines)
        } else {
          KernelsAVX512.convolveDepthwise(block, lines: lines)
        }
      },
      transformWinogradInput: KernelsAVX512.transformWinogradInput,
      transformWinogradOutput: KernelsAVX512.transformWinogradOutput,
      packWinogradPanel: KernelsAVX512.packWinogradPanel,
      applyRows: KernelsAVX512.applyRows, multiplyAndAdd: KernelsAVX512.multiplyAndAdd)
  #endif

  /// Those that suit this processor best.
  package static let best: KernelSet = {
    #if arch(x86_64)
      if CPU.hasAVX512 { return avx512 }
    #endif
    return base
  }()

  /// What plans are made for: ``best``, unless the variable `THIMBLE_KERNELS` names others.
  package static let chosen = chosen(by: getenv("THIMBLE_KERNELS").map { String(cString: $0) })

  /// - Parameter name: ``CPU/baseKernels``; empty or nil: the best. No other is known.
  static func chosen(by name: String?) -> KernelSet { name == CPU.baseKernels ? base : best }

  /// All that this processor can run.
  package static var all: [KernelSet] { best.name == base.name ? [base] : [base, best] }

  /// The panels that columns are packed as. A narrow one at the end is packed for the base kernels.
  /// - Parameters:
  ///   - columns: from a multiple of ``panelWidth`` on.
  ///   - body: is given each panel's first column, its columns, and the kernels to pack for.
  func forEachPanel(
    _ columns: Range<Int>, _ body: (_ first: Int, _ count: Int, _ kernels: KernelSet) -> Void
  ) {
    for start in stride(from: columns.lowerBound, to: columns.upperBound, by: panelWidth) {
      let end = min(start + panelWidth, columns.upperBound)
      let kernels = isNarrowPanel(end - start) ? KernelSet.base : self
      for first in stride(from: start, to: end, by: kernels.panelWidth) {
        body(first, min(end - first, kernels.panelWidth), kernels)
      }
    }
  }
}
