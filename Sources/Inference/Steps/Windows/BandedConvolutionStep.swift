import Kernels

/// A 1x1 convolution and what comes before it, by bands of rows.
final class BandedConvolutionStep: LoopStep {
  let name: String
  let kernel: String
  let flops: Double
  let bytes: Int
  let scratch: Int
  var parts: Int { cut.bands }
  var packedWeights: [PackedWeights] { [panels.packed] }

  private let prologue: any BandStage
  private let output: Operand
  private let epilogue: Epilogue
  private let kernels: KernelSet
  private let panels: Panels
  private let cut: BandCut
  private let channels: Int
  private let lineLength: Int
  /// Values from one pixel of a band to the next.
  private let bandStride: Int
  private let scratchPerThread: Int

  /// - Parameter inputs: those of the prologue first.
  init(
    name: String, _ prologue: Prologue, _ convolution: Convolution, inputs: [Operand], output: Operand,
    epilogue: Epilogue, packing: Packing
  ) {
    let kernels = packing.kernels
    let threads = packing.workers.count
    channels = convolution.kernel.shape[2]
    self.name = name
    self.output = output
    self.epilogue = epilogue
    self.kernels = kernels
    // Pixels a multiple of 1 KB apart would evict each other from the first-level cache.
    bandStride = channels % 256 == 0 ? channels + 16 : channels
    let stage: any BandStage =
      switch prologue {
      case .depthwise(let depthwise):
        DepthwiseStage(depthwise, input: inputs[0], bandStride: bandStride, kernels: kernels)
      case .affine(let scale, let offset, let activation):
        AffineStage(input: inputs[0], scale: scale, offset: offset, activation: activation, kernels: kernels)
      case .multiplication: MultiplicationStage(input: inputs[0], factors: inputs[1])
      }
    self.prologue = stage
    kernel = "\(stage.kernel) + gemm \(kernels.name)"
    panels = Panels(
      [Panels.Matrix(first: 0, rowStride: output.columns)], of: convolution.kernel, inner: channels,
      columns: output.columns, scale: epilogue.scale, bias: convolution.bias, packing)
    lineLength = stage.lineLength
    cut = BandCut(
      rows: output.rows, lineLength: lineLength, rowValues: channels + output.columns, threads: threads)
    scratchPerThread = cut.linesPerBand * lineLength * bandStride
    scratch = scratchPerThread * threads
    flops = 2 * Double(output.rows) * Double(channels * output.columns) + stage.flops
    bytes = 4 * (inputs[0].count + output.count) + panels.bytes
  }

  func run(_ context: RunContext, part: Int, thread: Int) {
    let rows = cut.rows(of: part)
    let lines = cut.lines(of: rows)
    let band = context.scratch + thread * scratchPerThread
    prologue.run(context, lines, to: band, stride: bandStride)
    let block = GemmBlock(
      left: band + (rows.lowerBound - lines.lowerBound * lineLength) * bandStride, leftStride: bandStride,
      rows: rows.count, depth: channels, weights: .packed(panels.panel(column: 0)), columns: output.columns,
      output: context.pointer(output) + rows.lowerBound * output.rowStride, outputStride: output.rowStride)
    epilogue.multiply(block, row: rows.lowerBound, context, kernels)
  }
}
