import Kernels

/// Multiplies and adds one value a channel.
struct AffineStep: Step {
  let name: String
  private let scale: Tensor
  private let offset: Tensor
  private let activation: Unary?
  private let input: Operand
  private let output: Operand
  /// The axis that the channels are on.
  private let axis: Int

  init(
    name: String, scale: Tensor, offset: Tensor, axis: Int, activation: Unary?, input: Operand,
    output: Operand
  ) {
    self.name = name
    self.scale = scale
    self.offset = offset
    self.activation = activation
    self.input = input
    self.output = output
    self.axis = axis
  }

  var kernel: String { "affine" + (activation.map { " + \($0.name)" } ?? "") }
  var flops: Double { 2 * Double(output.count) }
  var bytes: Int { 8 * (output.count + scale.count) }
  var scratch: Int { 0 }

  func run(_ context: RunContext) {
    let source = context.pointer(input)
    let target = context.pointer(output)
    let function = activation?.function
    let isLast = axis == output.shape.count - 1
    let rowsPerChannel = isLast ? 1 : output.shape[(axis + 1)...].dropLast().reduce(1, *)
    context.forEachRows(output.rows, columns: output.columns) { rows in
      let from = source + rows.lowerBound * input.rowStride
      let to = target + rows.lowerBound * output.rowStride
      if isLast {
        affineRows(
          input: from, inputStride: input.rowStride, output: to, outputStride: output.rowStride,
          rows: rows.count, channels: output.columns, scale: scale.storage.base, offset: offset.storage.base)
      } else {
        for row in rows {
          let channel = row / rowsPerChannel % scale.count
          affineRun(
            input: source + row * input.rowStride, output: target + row * output.rowStride,
            count: output.columns, scale: scale.storage.base[channel], offset: offset.storage.base[channel])
        }
      }
      if let function {
        applyRows(
          function, input: to, inputStride: output.rowStride, output: to, outputStride: output.rowStride,
          rows: rows.count, columns: output.columns)
      }
    }
  }
}
