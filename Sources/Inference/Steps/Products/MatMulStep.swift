import Kernels

/// numpy's matmul of two computed tensors. The right factor is packed in every run, unless it is constant.
final class MatMulStep: Step {
  let name: String
  let flops: Double
  let bytes: Int
  let scratch: Int
  var kernel: String { "packed gemm " + kernels.name }

  private let a: Operand
  private let b: Operand
  private let output: Operand
  private let kernels: KernelSet
  private let transposeA: Bool
  private let transposeB: Bool
  private let rows: Int
  private let inner: Int
  private let columns: Int
  /// For each product, which matrix of each factor it takes.
  private let pairs: [(a: Int, b: Int)]
  private let cut: ProductCut
  /// Values of one packed matrix of b.
  private let packedSize: Int

  /// All operands are contiguous.
  init(
    name: String, transposeA: Bool, transposeB: Bool, _ a: Operand, _ b: Operand, output: Operand,
    workers: Workers, kernels: KernelSet
  ) {
    let rank = output.shape.count
    let aSizes = Array(a.shape.suffix(2))
    self.name = name
    self.a = a
    self.b = b
    self.output = output
    self.kernels = kernels
    self.transposeA = transposeA
    self.transposeB = transposeB
    rows = output.shape[rank - 2]
    columns = output.shape[rank - 1]
    inner = transposeA ? aSizes[0] : aSizes[1]
    let batch = Array(output.shape.dropLast(2))
    pairs = zip(a.matrices(for: batch), b.matrices(for: batch)).map { ($0, $1) }
    cut = ProductCut(
      rows: rows, columns: columns, rowValues: inner, threads: pairs.count > 1 ? 1 : workers.count,
      kernels: kernels)
    packedSize = kernels.packedCount(inner, columns)
    scratch = b.matrixCount * packedSize + (transposeA ? a.count : 0)
    flops = 2 * Double(output.count) * Double(inner)
    bytes = 4 * (a.count + b.count + output.count)
  }

  func run(_ context: RunContext) {
    let packed = context.scratch
    let panels = (columns + kernels.panelWidth - 1) / kernels.panelWidth
    context.workers.forEach(
      b.matrixCount * panels,
      PanelPacking(step: self, source: context.pointer(b), packed: packed, panels: panels))
    var left = UnsafePointer(context.pointer(a))
    if transposeA {
      let turned = packed + b.matrixCount * packedSize
      let ranges = Ranges(rows: a.count / max(inner, 1), columns: inner)
      context.workers.forEach(
        ranges.parts, LeftTurning(step: self, source: left, target: turned, ranges: ranges))
      left = UnsafePointer(turned)
    }
    context.workers.forEach(
      pairs.count * cut.parts,
      Multiplication(step: self, left: left, packed: packed, target: context.pointer(output)))
  }

  /// Packs the right factor, a panel a part.
  private struct PanelPacking: LoopBody {
    let step: MatMulStep
    let source: UnsafePointer<Float>
    let packed: UnsafeMutablePointer<Float>
    let panels: Int

    func run(part: Int, thread: Int) { step.pack(part % panels, of: part / panels, source, into: packed) }
  }

  /// Turns the left factor.
  private struct LeftTurning: LoopBody {
    let step: MatMulStep
    let source: UnsafePointer<Float>
    let target: UnsafeMutablePointer<Float>
    let ranges: Ranges

    func run(part: Int, thread: Int) { step.turnLeft(ranges.range(of: part), source, into: target) }
  }

  private struct Multiplication: LoopBody {
    let step: MatMulStep
    let left: UnsafePointer<Float>
    let packed: UnsafePointer<Float>
    let target: UnsafeMutablePointer<Float>

    func run(part: Int, thread: Int) { step.multiply(part, left, packed, target) }
  }

  private func multiply(
    _ part: Int, _ left: UnsafePointer<Float>, _ packed: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let product = part / cut.parts
    let rows = cut.rows(of: part % cut.parts)
    let columns = cut.columns(of: part % cut.parts)
    kernels.multiply(
      GemmBlock(
        left: left + (pairs[product].a * self.rows + rows.lowerBound) * inner, leftStride: inner,
        rows: rows.count, depth: inner,
        weights: .packed(packed + pairs[product].b * packedSize + columns.lowerBound * (inner + 1)),
        columns: columns.count,
        output: target + (product * self.rows + rows.lowerBound) * self.columns + columns.lowerBound,
        outputStride: self.columns))
  }

  private func pack(
    _ panel: Int, of matrix: Int, _ source: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>
  ) {
    let start = panel * kernels.panelWidth
    kernels.forEachPanel(start..<min(start + kernels.panelWidth, columns)) { first, count, kernels in
      let panel = packed + matrix * packedSize + first * (inner + 1)
      kernels.packPanelBias(nil, count, panel)
      kernels.packPanelRows(
        source + matrix * inner * columns + first * (transposeB ? inner : 1), inner, transposeB ? 1 : columns,
        transposeB ? inner : 1, count, nil, panel + kernels.packedWidth(count))
    }
  }

  private func turnLeft(
    _ range: Range<Int>, _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) {
    for row in range {
      let column = source + row / rows * rows * inner + row % rows
      for index in 0..<inner { target[row * inner + index] = column[index * rows] }
    }
  }
}

extension Operand {
  /// How many matrices the last two axes make.
  fileprivate var matrixCount: Int { shape.dropLast(2).reduce(1, *) }

  /// For every matrix of a batch, in order, which of this operand's matrices broadcasts to it.
  fileprivate func matrices(for batch: [Int]) -> [Int] {
    let own = Array(shape.dropLast(2))
    return (0..<batch.reduce(1, *)).map { index in
      var (rest, result, stride) = (index, 0, 1)
      for axis in batch.indices.reversed() {
        let position = rest % batch[axis]
        rest /= batch[axis]
        let mine = axis - (batch.count - own.count)
        guard mine >= 0 else { continue }
        if own[mine] > 1 { result += position * stride }
        stride *= own[mine]
      }
      return result
    }
  }
}
