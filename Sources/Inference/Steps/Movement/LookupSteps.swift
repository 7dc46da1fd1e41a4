import Kernels

/// Rows of a table by index.
struct EmbeddingStep: Step {
  let name: String
  let table: Tensor
  let input: Operand
  let output: Operand

  var kernel: String { "look-up" }
  var flops: Double { 0 }
  var bytes: Int { 8 * output.count }
  var scratch: Int { 0 }

  func run(_ context: RunContext) {
    lookUpRows(
      indices: context.pointer(input), count: input.count, table: table.storage.base,
      tableRows: table.shape[0], columns: table.shape[1], output: context.pointer(output),
      outputStride: output.rowStride)
  }
}

/// Rows that are 1 at an index.
struct OneHotStep: Step {
  let name: String
  let input: Operand
  let output: Operand

  var kernel: String { "one-hot" }
  var flops: Double { 0 }
  var bytes: Int { 4 * output.count }
  var scratch: Int { 0 }

  func run(_ context: RunContext) {
    oneHotRows(
      indices: context.pointer(input), count: input.count, columns: output.columns,
      output: context.pointer(output), outputStride: output.rowStride)
  }
}
