import Glibc
import Kernels

/// Functions of one value. Names are Keras' (keras.activations, keras.ops).
public enum Unary: Sendable, Equatable {
  /// `x >= ceiling -> ceiling; threshold <= x < ceiling -> x; else negativeSlope * (x - threshold)`
  case relu(negativeSlope: Float = 0, ceiling: Float? = nil, threshold: Float = 0)
  case sigmoid, tanh, softplus, softsign, exponential, swish, mish, selu
  case elu(alpha: Float), celu(alpha: Float)
  case gelu(approximate: Bool)
  /// `clip(slope * x + offset, 0, 1)`: 0.2, 0.5 in Keras 1 and 2; 1/6, 0.5 in Keras 3.
  case hardSigmoid(slope: Float, offset: Float)
  /// `x * hardSigmoid(x)` with Keras 3's slope.
  case hardSwish
  /// `x > theta ? x : 0`
  case thresholdedReLU(theta: Float)
  case logSigmoid, squareplus(b: Float), sparsePlus, sparseSigmoid
  case softShrink(threshold: Float), hardShrink(threshold: Float), tanhShrink
  case hardTanh
  case clip(low: Float, high: Float)
  /// `x * scale + offset`
  case linear(scale: Float, offset: Float)
  case abs, negative, sign, square, sqrt, rsqrt, reciprocal, exp, expm1, log, log1p, log2, log10
  case sin, cos, tan, arcsin, arccos, arctan, sinh, cosh, arcsinh, arccosh, arctanh
  case erf, erfInverse, besselI0, floor, ceil, round, truncate, logicalNot, isNaN, isFinite, isInfinite
}

extension Unary: OperationDefinition {
  /// The function's name without its parameters.
  var name: String { String("\(self)".prefix { $0 != "(" }) }
  var inputCount: ClosedRange<Int> { 1...1 }
  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape { inputs[0] }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: true)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [ElementwiseStep(name: node.name, unary: self, input: node.input, output: node.output)]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? {
    guard let input = inputs.first.flatMap({ $0 }) else { return nil }
    switch self {
    case .sigmoid, .hardSigmoid, .sparseSigmoid: return .sigmoid
    case .clip(low: 0, high: 1), .relu(negativeSlope: 0, ceiling: 1, threshold: 0):
      return input == .softmax ? input : .sigmoid
    case .exp, .exponential: return .exponential
    case .linear, .clip: return input
    case .relu, .softplus, .swish, .mish, .selu, .elu, .celu, .gelu, .hardSwish, .thresholdedReLU,
      .squareplus,
      .sparsePlus, .softShrink, .hardShrink, .tanhShrink, .abs, .negative, .square:
      return input == .unbounded ? .unbounded : .unknown
    default: return .unknown
    }
  }
}

extension Unary {
  /// What computes it.
  var kernel: UnaryKernel {
    switch self {
    case .relu(let negativeSlope, let ceiling, let threshold):
      if threshold == 0 && negativeSlope == 0 {
        return .rows(ceiling.map { .clip(low: 0, high: $0) } ?? .relu)
      }
      if threshold == 0 && ceiling == nil { return .rows(.leakyReLU(slope: negativeSlope)) }
      return .rows(
        .generalReLU(
          negativeSlope: negativeSlope, ceiling: ceiling ?? .infinity, threshold: threshold))
    case .sigmoid: return .rows(.sigmoid)
    case .tanh: return .rows(.tanh)
    case .softplus: return .rows(.softplus)
    case .softsign: return .rows(.softsign)
    case .exponential, .exp: return .rows(.exp)
    case .swish: return .rows(.swish)
    case .mish: return .rows(.mish)
    case .selu: return .rows(.exponentialUnit(scale: 1.050700987, alpha: 1.673263242, width: 1))
    case .elu(let alpha): return .rows(.exponentialUnit(scale: 1, alpha: alpha, width: 1))
    case .celu(let alpha): return .rows(.exponentialUnit(scale: 1, alpha: alpha, width: alpha))
    case .gelu(let approximate): return .rows(approximate ? .geluTanh : .geluErf)
    case .hardSigmoid(let slope, let offset): return .rows(.hardSigmoid(slope: slope, offset: offset))
    case .hardSwish: return .rows(.hardSwish)
    case .thresholdedReLU(let theta): return .rows(.thresholdedReLU(theta: theta))
    case .logSigmoid: return .rows(.logSigmoid)
    case .squareplus(let b): return .rows(.squareplus(b: b))
    case .sparsePlus: return .rows(.sparsePlus)
    case .sparseSigmoid: return .rows(.hardSigmoid(slope: 0.5, offset: 0.5))
    case .softShrink(let threshold): return .rows(.softShrink(threshold: threshold))
    case .hardShrink(let threshold): return .rows(.hardShrink(threshold: threshold))
    case .tanhShrink: return .rows(.tanhShrink)
    case .hardTanh: return .rows(.clip(low: -1, high: 1))
    case .clip(let low, let high): return .rows(.clip(low: low, high: high))
    case .linear(let scale, let offset): return .rows(.linear(scale: scale, offset: offset))
    case .abs: return .rows(.abs)
    case .negative: return .rows(.linear(scale: -1, offset: 0))
    case .sign: return .rows(.sign)
    case .square: return .rows(.square)
    case .sqrt: return .rows(.sqrt)
    case .rsqrt: return .rows(.rsqrt)
    case .reciprocal: return .rows(.reciprocal)
    case .expm1: return .rows(.expm1)
    case .log: return .rows(.log)
    case .log1p: return .rows(.log1p)
    case .erf: return .rows(.erf)
    case .floor: return .rows(.floor)
    case .ceil: return .rows(.ceil)
    case .round: return .rows(.round)
    case .truncate: return .rows(.truncate)
    case .logicalNot: return .rows(.logicalNot)
    case .isNaN: return .rows(.isNaN)
    case .isFinite: return .rows(.isFinite)
    case .isInfinite: return .rows(.isInfinite)
    case .log2: return .values(Glibc.log2f)
    case .log10: return .values(Glibc.log10f)
    case .sin: return .values(Glibc.sinf)
    case .cos: return .values(Glibc.cosf)
    case .tan: return .values(Glibc.tanf)
    case .arcsin: return .values(Glibc.asinf)
    case .arccos: return .values(Glibc.acosf)
    case .arctan: return .values(Glibc.atanf)
    case .sinh: return .values(Glibc.sinhf)
    case .cosh: return .values(Glibc.coshf)
    case .arcsinh: return .values(Glibc.asinhf)
    case .arccosh: return .values(Glibc.acoshf)
    case .arctanh: return .values(Glibc.atanhf)
    case .erfInverse: return .values(Inference.erfInverse)
    case .besselI0: return .values(Inference.besselI0)
    }
  }

  /// The vectorised kernel, where there is one.
  var function: ElementwiseFunction? {
    if case .rows(let function) = kernel { function } else { nil }
  }
}

/// What computes a function of one value.
enum UnaryKernel {
  /// A vectorised kernel.
  case rows(ElementwiseFunction)
  /// A function of single values, for those too rare to vectorise.
  case values((Float) -> Float)
}
