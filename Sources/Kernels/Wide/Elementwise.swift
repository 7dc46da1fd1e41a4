#if AVX512
  import Kernels
#endif

/// `output = function(input)` for `rows` x `columns` values; input and output may be the same.
public func applyRows(
  _ function: ElementwiseFunction, input: UnsafePointer<Float>, inputStride: Int,
  output: UnsafeMutablePointer<Float>, outputStride: Int, rows: Int, columns: Int
) {
  requireRows(rows, columns: columns, outputStride: outputStride)
  @inline(__always) func map(_ function: some VectorFunction) {
    mapRows(function, input, inputStride, output, outputStride, rows, columns)
  }
  switch function {
  case .relu: map(ReLU())
  case .clip(let low, let high): map(Clip(low: low, high: high))
  case .leakyReLU(let slope): map(LeakyReLU(slope: slope))
  case .generalReLU(let slope, let ceiling, let threshold):
    map(GeneralReLU(negativeSlope: slope, ceiling: ceiling, threshold: threshold))
  case .sigmoid: map(Sigmoid())
  case .tanh: map(Tanh())
  case .softplus: map(Softplus())
  case .softsign: map(Softsign())
  case .exp: map(Exp())
  case .swish: map(Swish())
  case .mish: map(Mish())
  case .exponentialUnit(let scale, let alpha, let width):
    map(ExponentialUnit(scale: scale, alpha: alpha, width: width))
  case .geluErf: map(GeluErf())
  case .geluTanh: map(GeluTanh())
  case .hardSigmoid(let slope, let offset): map(HardSigmoid(slope: slope, offset: offset))
  case .hardSwish: map(HardSwish())
  case .thresholdedReLU(let theta): map(ThresholdedReLU(theta: theta))
  case .logSigmoid: map(LogSigmoid())
  case .squareplus(let b): map(Squareplus(b: b))
  case .sparsePlus: map(SparsePlus())
  case .softShrink(let threshold): map(SoftShrink(threshold: threshold))
  case .hardShrink(let threshold): map(HardShrink(threshold: threshold))
  case .tanhShrink: map(TanhShrink())
  case .linear(let scale, let offset): map(Linear(scale: scale, offset: offset))
  case .abs: map(Magnitude())
  case .sign: map(Sign())
  case .square: map(Square())
  case .sqrt: map(SquareRoot())
  case .rsqrt: map(ReciprocalSquareRoot())
  case .reciprocal: map(Reciprocal())
  case .expm1: map(Expm1())
  case .log: map(Log())
  case .log1p: map(Log1p())
  case .erf: map(Erf())
  case .floor: map(Floor())
  case .ceil: map(Ceil())
  case .round: map(RoundToEven())
  case .truncate: map(Truncate())
  case .logicalNot: map(LogicalNot())
  case .isNaN: map(IsNaN())
  case .isFinite: map(IsFinite())
  case .isInfinite: map(IsInfinite())
  }
}

private func mapRows(
  _ function: some VectorFunction, _ input: UnsafePointer<Float>, _ inputStride: Int,
  _ output: UnsafeMutablePointer<Float>, _ outputStride: Int, _ rows: Int, _ columns: Int
) {
  for row in 0..<rows {
    let source = input + row * inputStride
    let target = output + row * outputStride
    var column = 0
    while column + Vector.scalarCount <= columns {
      function(Vector.load(source + column)).store(target + column)
      column += Vector.scalarCount
    }
    if column < columns {
      let rest = columns - column
      function(Vector.load(source + column, count: rest)).store(target + column, count: rest)
    }
  }
}
