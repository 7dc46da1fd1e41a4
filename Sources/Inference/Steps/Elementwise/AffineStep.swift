import Kernels

/// Multiplies and adds one value a channel.
struct AffineStep: RangeStep {
  let name: String
  private let scale: Tensor
  private let offset: Tensor
  private let activation: Unary?
  private let input: Operand
  private let output: Operand
  /// Rows for which a channel's values stand, where the channels are not on the last axis.
  private let rowsPerChannel: Int?

  init(
    name: String, scale: Tensor, offset: Tensor, axis: Int, activation: Unary?, input: Operand,
    output: Operand
  ) {
    self.name = name
    self.activation = activation
    guard axis == output.shape.count - 1 else {
      self.input = input
      self.output = output
      self.scale = scale
      self.offset = offset
      rowsPerChannel = output.shape[(axis + 1)...].dropLast().reduce(1, *)
      return
    }
    rowsPerChannel = nil
    // Few channels make short rows: several pixels are taken as one, their scales repeated.
    var pixels = 1
    if input.isContiguous && output.isContiguous {
      pixels =
        [64, 49, 32, 28, 16, 14, 8, 7, 4, 2].first {
          output.rows.isMultiple(of: $0) && $0 * output.columns <= 512
        } ?? 1
    }
    let columns = pixels * output.columns
    let shape = [output.rows / pixels, columns]
    self.input = Operand(home: input.home, shape: shape, rowStride: pixels > 1 ? columns : input.rowStride)
    self.output = Operand(home: output.home, shape: shape, rowStride: pixels > 1 ? columns : output.rowStride)
    func repeated(_ tensor: Tensor) -> Tensor {
      pixels == 1
        ? tensor : Tensor(shape: [columns], (0..<columns).map { tensor.values[$0 % tensor.count] })
    }
    self.scale = repeated(scale)
    self.offset = repeated(offset)
  }

  var kernel: String { "affine" + (activation.map { " + \($0.name)" } ?? "") }
  var flops: Double { 2 * Double(output.count) }
  var bytes: Int { 8 * (output.count + scale.count) }
  var scratch: Int { 0 }

  var ranges: Ranges { Ranges(rows: output.rows, columns: output.columns) }

  func run(_ context: RunContext, _ rows: Range<Int>) {
    let source = context.pointer(input)
    let target = context.pointer(output)
    let epilogue = Epilogue(activation: activation)
    let bounds = rowsPerChannel == nil ? epilogue.bounds : nil
    let function = bounds == nil ? activation?.function : nil
    let to = target + rows.lowerBound * output.rowStride
    if let rowsPerChannel {
      for row in rows {
        let channel = row / rowsPerChannel % scale.count
        affineRun(
          input: source + row * input.rowStride, output: target + row * output.rowStride,
          count: output.columns, scale: scale.storage.base[channel], offset: offset.storage.base[channel])
      }
    } else {
      affineRows(
        input: source + rows.lowerBound * input.rowStride, inputStride: input.rowStride, output: to,
        outputStride: output.rowStride, rows: rows.count, channels: output.columns,
        scale: scale.storage.base, offset: offset.storage.base, bounds: bounds ?? (-.infinity, .infinity))
    }
    if let function {
      applyRows(
        function, input: to, inputStride: output.rowStride, output: to, outputStride: output.rowStride,
        rows: rows.count, columns: output.columns)
    }
  }
}
