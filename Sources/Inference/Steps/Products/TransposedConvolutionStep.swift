import Kernels

/// A transposed convolution as ordinary ones: output pixels that are a stride apart see the same places of
/// the window, so each of these phases is a convolution of its own, without a single multiplication by 0.
final class TransposedConvolutionStep: LoopStep {
  let name: String
  let flops: Double
  let bytes: Int
  let scratch: Int
  var kernel: String { "transposed gemm " + kernels.name }
  var packedWeights: [PackedWeights] { panels.flatMap { $0.map(\.packed) } }

  private let convolution: TransposedConvolution
  private let input: Operand
  private let output: Operand
  private let kernels: KernelSet
  private let vertical: [Phase]
  private let horizontal: [Phase]
  /// `[vertical phase][horizontal phase]`
  private let panels: [[Panels]]
  private let zeros: TensorStorage
  private let scratchPerThread: Int

  /// Output places along one axis that see the same places of the window.
  private struct Phase {
    /// The first output place; the others follow a stride apart.
    var first: Int
    var count: Int
    /// Places of the window, and which input place the first output place sees through each.
    var taps: [(tap: Int, input: Int)]

    static func all(size: Int, kernel: Int, stride: Int, dilation: Int, removed: Int) -> [Phase] {
      (0..<min(stride, size)).map { first in
        let taps = (0..<kernel).filter { (first + removed - $0 * dilation) % stride == 0 }
        return Phase(
          first: first, count: (size - first + stride - 1) / stride,
          taps: taps.map { ($0, (first + removed - $0 * dilation) / stride) })
      }
    }
  }

  /// The operands are contiguous.
  init(
    name: String, _ convolution: TransposedConvolution, input: Operand, output: Operand, packing: Packing
  ) {
    let shape = convolution.kernel.shape
    let (filters, depth) = (shape[2], shape[3])
    let removed = convolution.removedBorder
    self.name = name
    self.convolution = convolution
    self.input = input
    self.output = output
    kernels = packing.kernels
    let vertical = Phase.all(
      size: output.shape[1], kernel: shape[0], stride: convolution.strides.height,
      dilation: convolution.dilation.height, removed: removed.height)
    let horizontal = Phase.all(
      size: output.shape[2], kernel: shape[1], stride: convolution.strides.width,
      dilation: convolution.dilation.width, removed: removed.width)
    self.vertical = vertical
    self.horizontal = horizontal
    panels = vertical.map { v in
      horizontal.map { h in
        let blocks = v.taps.flatMap { y in
          h.taps.map { x in
            Panels.Matrix(
              first: (y.tap * shape[1] + x.tap) * filters * depth, rowStride: 1, columnStride: depth)
          }
        }
        return Panels(
          blocks, of: convolution.kernel, inner: blocks.count * depth, columns: filters,
          bias: convolution.bias,
          packing)
      }
    }
    zeros = TensorStorage(count: depth) { $0.update(repeating: 0) }
    let taps = (vertical.map(\.taps.count).max() ?? 0) * (horizontal.map(\.taps.count).max() ?? 0)
    scratchPerThread = (2 * taps * (horizontal.map(\.count).max() ?? 0) + 15) / 16 * 16
    scratch = scratchPerThread * packing.workers.count
    flops = 2 * Double(input.count) * Double(shape[0] * shape[1] * filters)
    bytes = 4 * (input.count + output.count + convolution.kernel.count)
  }

  /// Output pixels of one line and one horizontal phase each.
  var parts: Int { output.shape[0] * output.shape[1] * horizontal.count }

  func run(_ context: RunContext, part: Int, thread: Int) {
    let source = UnsafePointer(context.pointer(input))
    let target = context.pointer(output)
    let (height, width) = (output.shape[1], output.shape[2])
    let strides = convolution.strides
    let (image, depth) = (Extent(input.shape[1], input.shape[2]), input.columns)
    let line = part / horizontal.count
    let (sample, y) = (line / height, line % height)
    let (v, h) = (y % strides.height, part % horizontal.count)
    let (rows, columns) = (vertical[v], horizontal[h])
    let table = UnsafeMutableRawPointer(context.scratch + thread * scratchPerThread)
      .assumingMemoryBound(to: UnsafePointer<Float>.self)
    var tap = 0
    for row in rows.taps {
      let inputY = row.input + y / strides.height
      let isInside = inputY >= 0 && inputY < image.height
      let pixels = source + (sample * image.height + inputY) * image.width * depth
      for column in columns.taps {
        for index in 0..<columns.count {
          let inputX = column.input + index
          table[tap * columns.count + index] =
            isInside && inputX >= 0 && inputX < image.width
            ? pixels + inputX * depth : UnsafePointer(zeros.base)
        }
        tap += 1
      }
    }
    let step = strides.width * output.columns
    var block = GemmBlock(
      left: source, leftStride: 0, rows: columns.count, depth: depth,
      weights: .packed(panels[v][h].panel(column: 0)), columns: output.columns,
      output: target + (line * width + columns.first) * output.columns, outputStride: step)
    block.taps = tap
    block.sources = UnsafePointer(table)
    block.sourceStride = columns.count
    kernels.multiply(block)
  }
}

extension TransposedConvolution {
  /// Rows and columns of the full result that lie before the first kept one.
  var removedBorder: Extent {
    func before(_ kernel: Int, _ stride: Int, _ dilation: Int, _ padding: Int?) -> Int {
      guard case .same = border else { return 0 }
      let span = (kernel - 1) * dilation + 1
      // What Keras adds to an axis of the input spread out by the stride.
      let added = padding.map { span + span % 2 - 2 + $0 } ?? stride + span - 2
      return max(span - 1 - (added + 1) / 2, 0)
    }
    return Extent(
      before(kernel.shape[0], strides.height, dilation.height, outputPadding?.height),
      before(kernel.shape[1], strides.width, dilation.width, outputPadding?.width))
  }
}
