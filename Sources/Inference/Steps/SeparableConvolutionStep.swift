import Kernels

/// A depthwise convolution and the 1x1 convolution of its result, by bands of lines: what the first leaves for the
/// second stays in a core's own cache.
struct SeparableConvolutionStep: Step {
  let name: String
  let kernel: String
  let flops: Double
  let bytes: Int
  let scratch: Int
  /// Those of the 1x1 convolution.
  var keepsWeights: Bool { false }

  private let input: Operand
  private let output: Operand
  private let stageEpilogue: Epilogue
  private let epilogue: Epilogue
  private let kernels: KernelSet
  private let window: Window
  /// `[place of the window][channel]`
  private let weights: Tensor
  private let bias: Tensor
  private let panels: Panels
  /// Of rows; lines are whole where there are enough for all threads.
  private let cut: BandCut
  /// Values from one pixel of a band to the next.
  private let bandStride: Int
  private let scratchPerThread: Int

  init(
    name: String, _ stage: DepthwiseStage, _ convolution: Convolution, input: Operand, output: Operand,
    epilogue: Epilogue, packing: Packing
  ) {
    let kernels = packing.kernels
    let threads = packing.workers.count
    let size = stage.convolution.kernel.shape
    let channels = stage.shape[3]
    self.name = name
    self.input = input
    self.output = output
    self.epilogue = epilogue
    self.kernels = kernels
    kernel = "depthwise \(size[0])x\(size[1]) + gemm \(kernels.name)"
    stageEpilogue = Epilogue(activation: stage.activation)
    bandStride = channels % 256 == 0 ? channels + 16 : channels
    window = Window(
      input: input, output: Operand(home: .arena(offset: 0), shape: stage.shape, rowStride: bandStride),
      size: Extent(size[0], size[1]), strides: stage.convolution.strides,
      dilation: stage.convolution.dilation, border: stage.convolution.border)
    weights = stage.convolution.kernel.scaled(by: stage.scale)
    bias = stage.convolution.bias ?? Tensor(shape: [channels], repeatElement(0, count: channels))
    panels = Panels(
      [Panels.Matrix(base: convolution.kernel.storage.base, rowStride: output.columns)], inner: channels,
      columns: output.columns, scale: epilogue.scale.map { UnsafePointer($0.storage.base) },
      bias: convolution.bias.map { UnsafePointer($0.storage.base) }, packing)
    cut = BandCut(
      rows: output.rows, lineLength: window.outputWidth, rowValues: channels + output.columns,
      threads: threads)
    scratchPerThread = cut.linesPerBand * window.outputWidth * bandStride
    scratch = scratchPerThread * threads
    flops = 2 * Double(output.rows) * Double(channels) * Double(window.taps + output.columns)
    bytes = 4 * (input.count + output.count + weights.count) + panels.bytes
  }

  func run(_ context: RunContext) {
    let source = UnsafePointer(context.pointer(input))
    let target = context.pointer(output)
    let addend = epilogue.residual.map { context.pointer($0) }
    context.workers.forEach(cut.bands) { index, thread in
      let rows = cut.rows(of: index)
      let lines = cut.lines(of: rows)
      let band = context.scratch + thread * scratchPerThread
      let firstRow = lines.lowerBound * window.outputWidth
      var stage = DepthwiseBlock(
        window: window, input: source, channels: input.columns, weights: weights.storage.base,
        weightStride: input.columns, bias: bias.storage.base, output: band - firstRow * bandStride,
        outputStride: bandStride)
      if let bounds = stageEpilogue.bounds { (stage.low, stage.high) = bounds }
      kernels.convolveDepthwise(stage, lines)
      stageEpilogue.finish(
        band, stride: bandStride, rows: lines.count * window.outputWidth, columns: input.columns, kernels)
      var block = GemmBlock(
        left: band + (rows.lowerBound - firstRow) * bandStride, leftStride: bandStride, rows: rows.count,
        depth: input.columns, panels: panels.panel(column: 0), columns: output.columns,
        output: target + rows.lowerBound * output.rowStride, outputStride: output.rowStride)
      if let addend, let residual = epilogue.residual {
        block.residual = UnsafePointer(addend + rows.lowerBound * residual.rowStride)
        block.residualStride = residual.rowStride
      }
      if let bounds = epilogue.bounds { (block.low, block.high) = bounds }
      kernels.multiply(block)
      epilogue.finish(
        block.output, stride: output.rowStride, rows: rows.count, columns: output.columns, kernels)
    }
  }
}

/// How the rows (pixels) of an image are cut into bands: of whole lines where there are enough of them.
struct BandCut {
  let rows: Int
  let bands: Int
  private let lineLength: Int
  /// Rows of which a band has a whole number.
  private let unit: Int

  /// Values of a band, before and after the product, that the second-level cache holds next to the weights.
  private static let cachedValues = 96 * 1024

  /// - Parameter rowValues: of a pixel.
  init(rows: Int, lineLength: Int, rowValues: Int, threads: Int) {
    self.rows = rows
    self.lineLength = lineLength
    let lines = rows / lineLength
    unit = threads > 1 && lines < 4 * threads ? 1 : lineLength
    let units = rows / unit
    let most = max(BandCut.cachedValues / (rowValues * unit), threads == 1 ? 4 : 1)
    let fewest = max((units + most - 1) / most, threads)
    bands = min((fewest + threads - 1) / threads * threads, units)
  }

  func rows(of band: Int) -> Range<Int> {
    let units = rows / unit
    return band * units / bands * unit..<(band + 1) * units / bands * unit
  }

  /// The lines that rows lie in.
  func lines(of rows: Range<Int>) -> Range<Int> {
    rows.lowerBound / lineLength..<(rows.upperBound + lineLength - 1) / lineLength
  }

  /// At most.
  var linesPerBand: Int {
    (0..<bands).map { lines(of: rows(of: $0)).count }.max() ?? 0
  }
}
