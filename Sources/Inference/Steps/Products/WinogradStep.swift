import Kernels

/// A convolution with stride 1 by Winograd's method: fewer multiplications, more weights.
final class WinogradStep: Step {
  let name: String
  let kernel: String
  let flops: Double
  let bytes: Int
  let scratch: Int
  var packedWeights: [PackedWeights] { [weights] }

  private let input: Operand
  private let output: Operand
  private let epilogue: Epilogue
  private let kernels: KernelSet
  private let window: Window
  private let tile: WinogradTile
  /// For each place of a transformed tile, its panels.
  private let weights: PackedWeights
  private let placeSize: Int
  private let bias: Tensor?
  private let zeros: TensorStorage
  /// Tiles of the whole batch, and how they are cut into blocks.
  private let tiles: Int
  private let blocks: Int
  /// At most.
  private let tilesPerBlock: Int
  /// Whether each thread works on blocks of its own; else all share the work of each block.
  private let isBlockParallel: Bool

  /// Values of transformed tiles and products that a block may have where that is enough to keep the
  /// weights' traffic low: they should stay in the second-level cache.
  private static let cachedValues = 160 * 1024

  /// - Parameter tile: see ``WinogradChoice``.
  init(
    name: String, _ tile: WinogradTile, _ convolution: Convolution, input: Operand, output: Operand,
    epilogue: Epilogue, packing: Packing
  ) {
    let (workers, kernels) = (packing.workers, packing.kernels)
    let (channels, filters) = (convolution.kernel.shape[2], convolution.kernel.shape[3])
    let places = tile.places
    self.name = name
    self.input = input
    self.output = output
    self.epilogue = epilogue
    self.kernels = kernels
    self.tile = tile
    kernel = "winograd \(tile.height)x\(tile.width) " + kernels.name
    window = Window(
      input: input, output: output, size: Extent(tile.windowHeight, tile.windowWidth), strides: Extent(1, 1),
      border: convolution.border)
    bias = convolution.bias
    zeros = TensorStorage(count: channels) { $0.update(repeating: 0) }

    let placeSize = kernels.packedCount(channels, filters)
    self.placeSize = placeSize
    let scale = epilogue.scale
    let width = kernels.panelWidth
    let source = PackedWeights.Source(
      [convolution.kernel, scale], pieces: (filters + width - 1) / width
    ) { panel, base in
      let values = UnsafePointer(convolution.kernel.storage.base)
      let first = panel * width
      kernels.packWinogradPanel(
        tile, values + first, channels, filters, min(width, filters - first),
        scale.map { UnsafePointer($0.storage.base) + first }, base + first * (channels + 1), placeSize)
    }
    weights = PackedWeights(count: places * placeSize, source)

    let tilesPerImage =
      ((window.outputHeight + tile.height - 1) / tile.height)
      * ((window.outputWidth + tile.width - 1) / tile.width)
    tiles = tilesPerImage * output.shape[0]
    let tileValues = places * (channels + filters)
    // A block's values may take as much room as the weights that are read for it.
    let most = max(WinogradStep.cachedValues, places * placeSize) / tileValues
    let fewest = (tiles + max(most, 2 * kernels.tileRows) - 1) / max(most, 2 * kernels.tileRows)
    // Threads with blocks of their own read all weights each; those that share a block, one another's values.
    let threads = workers.count
    isBlockParallel = threads == 1 || 2 * tiles * (channels + filters) >= (threads - 1) * channels * filters
    blocks = isBlockParallel ? min((fewest + threads - 1) / threads * threads, tiles) : fewest
    tilesPerBlock = (tiles + blocks - 1) / blocks
    scratch = tilesPerBlock * tileValues * (isBlockParallel ? workers.count : 1)
    flops = 2 * Double(output.count) * Double(window.taps * channels)
    bytes = 4 * (input.count + output.count + weights.count)
  }

  func run(_ context: RunContext) {
    var block = WinogradBlock(
      tile: tile, window: window, input: context.pointer(input), channels: input.columns, zeros: zeros.base,
      output: context.pointer(output), outputStride: output.rowStride, columns: output.columns)
    block.bias = bias.map { UnsafePointer($0.storage.base) }
    if let residual = epilogue.residual {
      block.residual = UnsafePointer(context.pointer(residual))
      block.residualStride = residual.rowStride
    }
    if let bounds = epilogue.bounds { (block.low, block.high) = bounds }
    if isBlockParallel {
      context.workers.forEach(
        blocks,
        OwnBlocks(
          step: self, block: block, scratch: context.scratch,
          scratchPerThread: scratch / context.workers.count))
    } else {
      let memory = Memory(self, context.scratch)
      for index in 0..<blocks { share(block, tiles(of: index), memory, context.workers) }
    }
  }

  private func tiles(of index: Int) -> Range<Int> {
    piece(index, of: blocks, tiles)
  }

  /// A block's transformed tiles and products.
  private struct Memory {
    let transformed: UnsafeMutablePointer<Float>
    let products: UnsafeMutablePointer<Float>
    /// From one place's matrix to the next.
    let transformedStride: Int
    let productStride: Int

    init(_ step: WinogradStep, _ base: UnsafeMutablePointer<Float>) {
      transformedStride = step.tilesPerBlock * step.input.columns
      productStride = step.tilesPerBlock * step.output.columns
      transformed = base
      products = base + step.tile.places * transformedStride
    }
  }

  /// Each thread computes whole blocks.
  private struct OwnBlocks: LoopBody {
    let step: WinogradStep
    let block: WinogradBlock
    let scratch: UnsafeMutablePointer<Float>
    let scratchPerThread: Int

    func run(part: Int, thread: Int) {
      let memory = Memory(step, scratch + thread * scratchPerThread)
      let tiles = step.tiles(of: part)
      step.transformInput(block, tiles, memory, first: 0)
      for place in 0..<step.tile.places { step.multiply(block, place, rows: tiles.count, memory) }
      step.transformOutput(block, tiles, memory, first: 0)
    }
  }

  /// One block by all threads.
  private func share(_ block: WinogradBlock, _ tiles: Range<Int>, _ memory: Memory, _ workers: Workers) {
    let ranges = Ranges(count: tiles.count, grain: 4)
    func stage(_ stage: SharedBlock.Stage) -> SharedBlock {
      SharedBlock(step: self, stage: stage, block: block, tiles: tiles, ranges: ranges, memory: memory)
    }
    workers.forEach(ranges.parts, stage(.input))
    workers.forEach(tile.places, stage(.products))
    workers.forEach(ranges.parts, stage(.output))
  }

  /// All threads compute one stage of one block.
  private struct SharedBlock: LoopBody {
    enum Stage { case input, products, output }
    let step: WinogradStep
    let stage: Stage
    let block: WinogradBlock
    let tiles: Range<Int>
    /// Of the block's tiles, counted from 0.
    let ranges: Ranges
    let memory: Memory

    func run(part: Int, thread: Int) {
      if stage == .products { return step.multiply(block, part, rows: tiles.count, memory) }
      let range = ranges.range(of: part)
      let own = tiles.lowerBound + range.lowerBound..<tiles.lowerBound + range.upperBound
      if stage == .input {
        step.transformInput(block, own, memory, first: range.lowerBound)
      } else {
        step.transformOutput(block, own, memory, first: range.lowerBound)
      }
    }
  }

  private func transformInput(
    _ block: WinogradBlock, _ tiles: Range<Int>, _ memory: Memory, first: Int
  ) {
    kernels.transformWinogradInput(
      block, tiles, memory.transformed + first * block.channels, memory.transformedStride)
  }

  private func multiply(_ block: WinogradBlock, _ place: Int, rows: Int, _ memory: Memory) {
    kernels.multiply(
      GemmBlock(
        left: memory.transformed + place * memory.transformedStride, leftStride: block.channels, rows: rows,
        depth: block.channels, weights: .packed(weights.base + place * placeSize), columns: block.columns,
        output: memory.products + place * memory.productStride, outputStride: block.columns))
  }

  private func transformOutput(
    _ block: WinogradBlock, _ tiles: Range<Int>, _ memory: Memory, first: Int
  ) {
    kernels.transformWinogradOutput(
      block, tiles, memory.products + first * block.columns, memory.productStride)
    guard epilogue.activation != nil, epilogue.bounds == nil else { return }
    for index in tiles {
      let (image, place) = (index / block.tilesPerImage, index % block.tilesPerImage)
      let top = place / block.tilesAcross * tile.height
      let left = place % block.tilesAcross * tile.width
      for y in top..<min(top + tile.height, window.outputHeight) {
        let row = (image * window.outputHeight + y) * window.outputWidth + left
        epilogue.finish(
          block.output + row * output.rowStride, stride: output.rowStride,
          rows: min(tile.width, window.outputWidth - left), columns: output.columns, kernels)
      }
    }
  }
}
