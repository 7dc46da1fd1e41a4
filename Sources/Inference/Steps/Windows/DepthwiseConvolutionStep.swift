import Kernels

/// Every channel with its own window of weights.
final class DepthwiseConvolutionStep: LoopStep {
  let name: String
  let kernel: String
  let flops: Double
  let bytes: Int
  var scratch: Int { 0 }
  var parts: Int { cut.parts }

  private let input: Operand
  private let output: Operand
  private let epilogue: Epilogue
  private let kernels: KernelSet
  private let filters: DepthwiseFilters
  private let multiplier: Int
  private let cut: DepthwiseCut

  /// - Parameter epilogue: without residual.
  init(
    name: String, _ convolution: DepthwiseConvolution, input: Operand, output: Operand, epilogue: Epilogue,
    packing: Packing
  ) {
    self.name = name
    self.input = input
    self.output = output
    self.epilogue = epilogue
    kernels = packing.kernels
    filters = DepthwiseFilters(convolution, input: input, output: output, epilogue: epilogue)
    multiplier = convolution.kernel.shape[3]
    kernel = filters.kernel + (multiplier > 1 ? " multiplied" : "")
    cut = DepthwiseCut(
      output: output, taps: filters.window.taps, splitsChannels: multiplier == 1,
      threads: packing.workers.count, kernels: packing.kernels)
    flops = filters.flops
    bytes = 4 * (input.count + output.count + filters.weights.count)
  }

  func run(_ context: RunContext, part: Int, thread: Int) {
    let target = context.pointer(output)
    let lineLength = filters.window.outputWidth
    let block = filters.block(context.pointer(input), target, stride: output.rowStride)
    let lines = cut.lines(of: part)
    let channels = cut.channels(of: part)
    if multiplier == 1 {
      kernels.convolveDepthwise(block.part(channels), lines)
    } else {
      convolveDepthwise(block, multiplier: multiplier, lines: lines)
    }
    epilogue.finish(
      target + lines.lowerBound * lineLength * output.rowStride + channels.lowerBound,
      stride: output.rowStride, rows: lines.count * lineLength, columns: channels.count, kernels)
  }
}

/// How a depthwise convolution is cut into parts: pairs of lines, which are computed together, or groups of channels
/// where there are too few lines for all threads.
struct DepthwiseCut {
  private let lines: Int
  private let channels: Int
  private let linesPerPart: Int
  private let channelParts: Int
  /// Channels that are computed together.
  private let vector: Int

  init(output: Operand, taps: Int, splitsChannels: Bool, threads: Int, kernels: KernelSet) {
    lines = output.shape[0] * output.shape[1]
    channels = output.columns
    vector = kernels.panelWidth / 2
    let work = output.count * taps / 8
    // Enough parts to even out, as many for each thread, each enough to be worth one.
    let rounds = min(work / RunContext.grain / threads, 4)
    let wanted = threads == 1 ? 1 : max(rounds * threads, 1)
    let pairs = (lines + 1) / 2
    let vectors = max(channels / vector, 1)
    let takesChannels = splitsChannels && pairs < wanted && vectors > pairs
    linesPerPart = takesChannels ? lines : 2 * max(pairs / wanted, 1)
    channelParts = takesChannels ? min(vectors, wanted) : 1
  }

  var parts: Int { (lines + linesPerPart - 1) / linesPerPart * channelParts }

  func lines(of part: Int) -> Range<Int> {
    let first = part / channelParts * linesPerPart
    return first..<min(first + linesPerPart, lines)
  }

  func channels(of part: Int) -> Range<Int> {
    let index = part % channelParts
    let vectors = piece(index, of: channelParts, channels / vector)
    // The last part has the channels that do not fill a vector.
    return vectors.lowerBound * vector..<(index == channelParts - 1 ? channels : vectors.upperBound * vector)
  }
}
