import Kernels

/// The last axis times a matrix of weights.
final class DenseStep: LoopStep {
  let name: String
  let kernel: String
  let flops: Double
  let bytes: Int
  var scratch: Int { 0 }
  var packedWeights: [PackedWeights] { panels.map { [$0.packed] } ?? [] }

  private let dense: Dense
  private let input: Operand
  private let output: Operand
  private let epilogue: Epilogue
  private let kernels: KernelSet
  /// nil for a single row, which reads the weights as they lie: packing would cost more than it saves.
  private let panels: Panels?
  private let cut: ProductCut

  /// Columns of weights that one part of a single row's product reads: as long runs of memory as can be.
  private let columnsPerPart: Int

  init(
    name: String, _ dense: Dense, input: Operand, output: Operand, epilogue: Epilogue, packing: Packing
  ) {
    let (workers, kernels) = (packing.workers, packing.kernels)
    let inner = dense.kernel.shape[0]
    let columns = dense.kernel.shape[1]
    self.name = name
    self.dense = dense
    self.input = input
    self.output = output
    self.epilogue = epilogue
    self.kernels = kernels
    let isVector = output.rows == 1
    kernel = isVector ? "gemv" : "gemm " + kernels.name
    panels =
      isVector
      ? nil
      : Panels(
        [Panels.Matrix(first: 0, rowStride: columns)], of: dense.kernel, inner: inner, columns: columns,
        scale: epilogue.scale, bias: dense.bias, rows: output.rows, packing)
    cut = ProductCut(
      rows: output.rows, columns: columns, rowValues: inner, threads: workers.count, kernels: kernels)
    columnsPerPart = max((columns / workers.count + 15) / 16 * 16, 512)
    flops = 2 * Double(output.rows) * Double(dense.kernel.count)
    bytes = 4 * (input.count + output.count + dense.kernel.count)
  }

  var parts: Int {
    guard let panels else { return (output.columns + columnsPerPart - 1) / columnsPerPart }
    return (panels.firstRunCut ?? cut).parts
  }

  func run(_ context: RunContext, part: Int, thread: Int) {
    let source = context.pointer(input)
    let target = context.pointer(output)
    guard let panels else { return runVector(context, part, source, target) }
    let cut = panels.firstRunCut ?? cut
    let rows = cut.rows(of: part)
    let columns = cut.columns(of: part)
    let block = GemmBlock(
      left: source + rows.lowerBound * input.rowStride, leftStride: input.rowStride, rows: rows.count,
      depth: panels.inner, weights: panels.weights(column: columns.lowerBound, thread: thread),
      columns: columns.count, output: target + rows.lowerBound * output.rowStride + columns.lowerBound,
      outputStride: output.rowStride)
    epilogue.multiply(block, row: rows.lowerBound, column: columns.lowerBound, context, kernels)
  }

  private func runVector(
    _ context: RunContext, _ part: Int, _ source: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let all = output.columns
    let first = part * columnsPerPart
    let count = min(columnsPerPart, all - first)
    multiplyVector(
      source, weights: dense.kernel.storage.base + first, rowStride: all, inner: input.columns,
      columns: count, scale: epilogue.scale.map { $0.storage.base + first },
      bias: dense.bias.map { UnsafePointer($0.storage.base) + first },
      residual: epilogue.residual.map { UnsafePointer(context.pointer($0)) + first },
      bounds: epilogue.bounds ?? (-.infinity, .infinity), output: target + first)
    epilogue.finish(target + first, stride: all, rows: 1, columns: count, kernels)
  }
}
