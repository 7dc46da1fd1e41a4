import Kernels

/// What fills a band before it is multiplied.
protocol BandStage {
  /// For profiles.
  var kernel: String { get }
  /// Of a whole run.
  var flops: Double { get }
  /// Rows of a line; 1 where each row stands for itself.
  var lineLength: Int { get }

  /// Computes lines, counted through all images of the batch.
  /// - Parameter stride: values from one row of the band to the next.
  func run(_ context: RunContext, _ lines: Range<Int>, to band: UnsafeMutablePointer<Float>, stride: Int)
}

struct DepthwiseStage: BandStage {
  private let input: Operand
  private let epilogue: Epilogue
  private let kernels: KernelSet
  private let filters: DepthwiseFilters

  init(_ depthwise: DepthwisePrologue, input: Operand, bandStride: Int, kernels: KernelSet) {
    self.input = input
    self.kernels = kernels
    epilogue = Epilogue(scale: depthwise.scale, activation: depthwise.activation)
    filters = DepthwiseFilters(
      depthwise.convolution, input: input,
      output: Operand(home: .arena(offset: 0), shape: depthwise.shape, rowStride: bandStride),
      epilogue: epilogue)
  }

  var kernel: String { filters.kernel }
  var flops: Double { filters.flops }
  var lineLength: Int { filters.window.outputWidth }

  func run(_ context: RunContext, _ lines: Range<Int>, to band: UnsafeMutablePointer<Float>, stride: Int) {
    let start = band - lines.lowerBound * lineLength * stride
    kernels.convolveDepthwise(filters.block(context.pointer(input), start, stride: stride), lines)
    epilogue.finish(
      band, stride: stride, rows: lines.count * lineLength, columns: input.columns, kernels)
  }
}

struct AffineStage: BandStage {
  let input: Operand
  let scale: Tensor
  let offset: Tensor
  let activation: Unary?
  let kernels: KernelSet

  var kernel: String { "affine" + (activation.map { " + \($0.name)" } ?? "") }
  var flops: Double { 2 * Double(input.count) }
  var lineLength: Int { 1 }

  func run(_ context: RunContext, _ rows: Range<Int>, to band: UnsafeMutablePointer<Float>, stride: Int) {
    let epilogue = Epilogue(activation: activation)
    affineRows(
      input: context.pointer(input) + rows.lowerBound * input.rowStride, inputStride: input.rowStride,
      output: band, outputStride: stride, rows: rows.count, channels: input.columns,
      scale: scale.storage.base, offset: offset.storage.base,
      bounds: epilogue.bounds ?? (-.infinity, .infinity))
    epilogue.finish(band, stride: stride, rows: rows.count, columns: input.columns, kernels)
  }
}

struct MultiplicationStage: BandStage {
  let input: Operand
  /// One value for each channel of every sample.
  let factors: Operand

  var kernel: String { "multiply" }
  var flops: Double { Double(input.count) }
  var lineLength: Int { 1 }

  func run(_ context: RunContext, _ rows: Range<Int>, to band: UnsafeMutablePointer<Float>, stride: Int) {
    let source = context.pointer(input)
    let factors = context.pointer(self.factors)
    let rowsPerSample = input.rows / self.factors.rows
    var row = rows.lowerBound
    while row < rows.upperBound {
      let sample = row / rowsPerSample
      let end = min((sample + 1) * rowsPerSample, rows.upperBound)
      binaryRows(
        .multiply,
        MatrixSource(source + row * input.rowStride, rowStride: input.rowStride, isScalarRow: false),
        MatrixSource(factors + sample * self.factors.rowStride, rowStride: 0, isScalarRow: false),
        output: band + (row - rows.lowerBound) * stride, outputStride: stride, rows: end - row,
        columns: input.columns)
      row = end
    }
  }
}
