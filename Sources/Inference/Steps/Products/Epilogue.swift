import Kernels

/// What is done to the result of a heavy step while it is still in registers or in the cache.
struct Epilogue {
  /// Factors of the output channels; the step multiplies its weights with them.
  var scale: Tensor?
  /// Added to the result, bias included: an operand of the result's shape, elsewhere in memory.
  var residual: Operand?
  /// Applied last.
  var activation: Unary?

  init(scale: Tensor? = nil, residual: Operand? = nil, activation: Unary? = nil) {
    self.scale = scale
    self.residual = residual
    self.activation = activation
  }

  /// The activation as bounds that the kernels apply in registers.
  var bounds: (low: Float, high: Float)? {
    switch activation {
    case .relu(0, let ceiling, 0): (0, ceiling ?? .infinity)
    case .clip(let low, let high): (low, high)
    case .hardTanh: (-1, 1)
    default: nil
    }
  }

  /// Multiplies a block, and does all this to its results.
  /// - Parameters:
  ///   - row: of the whole result, where the block's results begin.
  ///   - column: the same.
  func multiply(_ block: GemmBlock, row: Int, column: Int = 0, _ context: RunContext, _ kernels: KernelSet) {
    var block = block
    if let residual {
      block.residual = UnsafePointer(context.pointer(residual) + row * residual.rowStride + column)
      block.residualStride = residual.rowStride
    }
    if let bounds { (block.low, block.high) = bounds }
    kernels.multiply(block)
    finish(block.output, stride: block.outputStride, rows: block.rows, columns: block.columns, kernels)
  }

  /// Applies an activation that is more than bounds to rows that were just written.
  func finish(
    _ rows: UnsafeMutablePointer<Float>, stride: Int, rows count: Int, columns: Int, _ kernels: KernelSet
  ) {
    guard bounds == nil, let function = activation?.function else { return }
    kernels.applyRows(function, rows, stride, rows, stride, count, columns)
  }
}
