import Kernels

/// A convolution as a matrix product: a row for each output pixel, a column for each output channel. The
/// values under the window are found through a table of where they lie, never copied (but at the border).
final class ConvolutionStep: LoopStep {
  let name: String
  let kernel: String
  let flops: Double
  let bytes: Int
  let scratch: Int
  var packedWeights: [PackedWeights] { panels.map(\.packed) }

  private let input: Operand
  private let output: Operand
  private let epilogue: Epilogue
  private let window: Window
  private let kernels: KernelSet
  private let layout: Layout
  /// One a group.
  private let panels: [Panels]
  private let cut: ProductCut
  /// Stands for the border.
  private let zeros: TensorStorage
  /// Values of scratch that each thread has.
  private let scratchPerThread: Int
  private let copiesPerPart: Int

  /// What one tap of the product is.
  private enum Layout {
    /// The pixel itself: rows of the input are rows of the product.
    case pixels
    /// One place of the window.
    case places
    /// A row of the window, whose places lie next to each other.
    case lines
  }

  /// Values from which on a place of the window makes a tap of its own.
  private static let deepPlace = 64

  init(
    name: String, _ convolution: Convolution, input: Operand, output: Operand, epilogue: Epilogue,
    packing: Packing
  ) {
    let kernels = packing.kernels
    let shape = convolution.kernel.shape
    let depth = shape[2]
    let columns = shape[3] / convolution.groups
    let window = Window(
      input: input, output: output, size: Extent(shape[0], shape[1]), strides: convolution.strides,
      dilation: convolution.dilation, border: convolution.border)
    self.name = name
    self.input = input
    self.output = output
    self.epilogue = epilogue
    self.window = window
    self.kernels = kernels
    let isWhole = convolution.groups == 1 && input.isContiguous && window.dilationX == 1 && window.width > 1
    let layout: Layout =
      window.isIdentity ? .pixels : isWhole && depth < ConvolutionStep.deepPlace ? .lines : .places
    self.layout = layout
    kernel = (layout == .pixels ? "gemm " : layout == .lines ? "line gemm " : "indirect gemm ") + kernels.name
    panels = (0..<convolution.groups).map { group in
      let first = group * columns
      return Panels(
        [Panels.Matrix(first: first, rowStride: shape[3])], of: convolution.kernel,
        inner: window.taps * depth,
        columns: columns, scale: epilogue.scale, bias: convolution.bias, firstColumn: first,
        rows: layout == .lines || convolution.groups > 1 ? nil : output.rows, packing)
    }
    let rowValues = depth * min(window.strideY, window.height) * min(window.strideX, window.width)
    cut = ProductCut(
      rows: output.rows, columns: columns, rowValues: rowValues, threads: packing.workers.count,
      kernels: kernels)
    let zeroCount = layout == .lines ? depth * window.width : depth
    zeros = TensorStorage(count: zeroCount) { $0.update(repeating: 0) }
    let taps = layout == .lines ? window.height : window.taps
    // A pointer takes the place of two values.
    let pointers = layout == .pixels ? 0 : 2 * taps * panels[0].rowsPerPart(cut)
    copiesPerPart =
      layout == .lines
      ? window.borderPixels(in: cut.rowsPerPart) * window.height * window.width * depth : 0
    scratchPerThread = (pointers + copiesPerPart + 15) / 16 * 16
    scratch = scratchPerThread * packing.workers.count
    flops = 2 * Double(output.count) * Double(window.taps * depth)
    bytes = 4 * (input.count + output.count) + panels.reduce(0) { $0 + $1.bytes }
  }

  /// As this run has it.
  private var runCut: ProductCut { panels[0].firstRunCut ?? cut }
  var parts: Int { panels.count * runCut.parts }

  func run(_ context: RunContext, part: Int, thread: Int) {
    let cut = runCut
    let perGroup = cut.parts
    let group = part / perGroup
    let rows = cut.rows(of: part % perGroup)
    let columns = cut.columns(of: part % perGroup)
    let firstColumn = group * cut.columns + columns.lowerBound
    let channels = panels[group].inner / window.taps
    let left = context.pointer(input) + group * channels
    var block = GemmBlock(
      left: left + rows.lowerBound * input.rowStride, leftStride: input.rowStride, rows: rows.count,
      depth: channels, weights: panels[group].weights(column: columns.lowerBound, thread: thread),
      columns: columns.count,
      output: context.pointer(output) + rows.lowerBound * output.rowStride + firstColumn,
      outputStride: output.rowStride)
    if layout != .pixels {
      locate(rows, left, &block, context.scratch + thread * scratchPerThread)
    }
    epilogue.multiply(block, row: rows.lowerBound, column: firstColumn, context, kernels)
  }

  /// Fills the table of sources for a part's rows.
  private func locate(
    _ rows: Range<Int>, _ left: UnsafePointer<Float>, _ block: inout GemmBlock,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let table = UnsafeMutableRawPointer(scratch + copiesPerPart)
      .assumingMemoryBound(to: UnsafePointer<Float>.self)
    if layout == .lines {
      block.taps = window.height
      block.depth *= window.width
      locateSourceRows(
        window, channels: input.columns, input: left, pixels: rows, zeros: zeros.base, copies: scratch,
        sources: table, sourceStride: rows.count)
    } else {
      block.taps = window.taps
      locateSources(
        window, input: left, pixels: rows, zeros: zeros.base, sources: table, sourceStride: rows.count)
    }
    block.sources = UnsafePointer(table)
    block.sourceStride = rows.count
  }
}

extension Window {
  /// The window of an operation from one image to another.
  init(
    input: Operand, output: Operand, size: Extent, strides: Extent, dilation: Extent = Extent(1, 1),
    border: Border
  ) {
    let image = Extent(input.shape[1], input.shape[2])
    let resolved = border.resolved(image, window: size, strides: strides, dilation: dilation)
    self.init(
      input: (image.height, image.width, input.rowStride), output: (output.shape[1], output.shape[2]),
      size: (size.height, size.width), strides: (strides.height, strides.width),
      dilation: (dilation.height, dilation.width), border: (resolved.top, resolved.left))
  }

  /// Whether each output pixel sees just the input pixel in its own place.
  var isIdentity: Bool {
    taps == 1 && strideY == 1 && strideX == 1 && top == 0 && left == 0 && outputHeight == inputHeight
      && outputWidth == inputWidth
  }

  /// At most how many places of the window lie inside the image: with a border, a window may be larger than any image.
  var tapsInside: Int { min(height, inputHeight) * min(width, inputWidth) }

  /// At most how many pixels in a run of output pixels have a window that crosses the left or right border.
  func borderPixels(in pixels: Int) -> Int {
    let crossing = (0..<outputWidth).count { tapsInside(outputColumn: $0).count < width }
    return min(pixels, (pixels / outputWidth + 2) * crossing)
  }
}
