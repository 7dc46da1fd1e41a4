import Kernels

/// Computes a function of two tensors, element by element, with numpy's broadcasting.
struct BinaryStep: RangeStep {
  let name: String
  let kernel: String
  private let function: BinaryKernel
  private let activation: ElementwiseFunction?
  private let a: Operand
  private let b: Operand
  private let output: Operand
  private let layout: Broadcast

  init(
    name: String, kernel: String, _ function: BinaryKernel, _ a: Operand, _ b: Operand, output: Operand,
    activation: Unary?
  ) {
    self.name = name
    self.kernel = kernel + (activation.map { " + \($0.name)" } ?? "")
    self.function = function
    self.activation = activation?.function
    self.a = a
    self.b = b
    self.output = output
    layout = Broadcast(output: output, sources: [a, b])
  }

  var flops: Double { Double(output.count) }
  var bytes: Int { 4 * (a.count + b.count + output.count) }
  var scratch: Int { 0 }

  var ranges: Ranges { layout.ranges }

  func run(_ context: RunContext, _ range: Range<Int>) {
    let sourceA = context.pointer(a)
    let sourceB = context.pointer(b)
    let target = context.pointer(output)
    layout.forEach(in: range) { block, rows in
      let x = layout.source(1, sourceA, block: block, row: rows.lowerBound)
      let y = layout.source(2, sourceB, block: block, row: rows.lowerBound)
      let stride = layout.rowStrides[0]
      let result = target + layout.offset(0, block: block) + rows.lowerBound * stride
      switch function {
      case .rows(let function):
        binaryRows(
          function, x, y, output: result, outputStride: stride, rows: rows.count, columns: layout.columns)
      case .values(let function):
        for row in 0..<rows.count {
          for column in 0..<layout.columns {
            result[row * stride + column] = function(
              x.base[row * x.rowStride + (x.isScalarRow ? 0 : column)],
              y.base[row * y.rowStride + (y.isScalarRow ? 0 : column)])
          }
        }
      }
      if let activation {
        applyRows(
          activation, input: result, inputStride: stride, output: result, outputStride: stride,
          rows: rows.count, columns: layout.columns)
      }
    }
  }
}

/// Chooses between two tensors, element by element, with numpy's broadcasting.
struct SelectStep: RangeStep {
  let name: String
  private let inputs: [Operand]
  private let output: Operand
  private let layout: Broadcast

  /// - Parameter inputs: the condition, the values where it is not 0, the values where it is 0.
  init(name: String, _ inputs: [Operand], output: Operand) {
    self.name = name
    self.inputs = inputs
    self.output = output
    layout = Broadcast(output: output, sources: inputs)
  }

  var kernel: String { "select" }
  var flops: Double { Double(output.count) }
  var bytes: Int { 4 * (output.count + inputs.reduce(0) { $0 + $1.count }) }
  var scratch: Int { 0 }

  var ranges: Ranges { layout.ranges }

  func run(_ context: RunContext, _ range: Range<Int>) {
    let condition = context.pointer(inputs[0])
    let a = context.pointer(inputs[1])
    let b = context.pointer(inputs[2])
    let target = context.pointer(output)
    layout.forEach(in: range) { block, rows in
      let row = rows.lowerBound
      let stride = layout.rowStrides[0]
      selectRows(
        condition: layout.source(1, condition, block: block, row: row),
        layout.source(2, a, block: block, row: row), layout.source(3, b, block: block, row: row),
        output: target + layout.offset(0, block: block) + row * stride, outputStride: stride,
        rows: rows.count, columns: layout.columns)
    }
  }
}
