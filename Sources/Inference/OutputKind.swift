/// What is known of a value's range from the operations that made it.
public enum OutputKind: Sendable, Equatable {
  /// A softmax's or its like: from 0 to 1, 1 together.
  case softmax
  /// A sigmoid's or its like: each from 0 to 1.
  case sigmoid
  /// Weighted sums, or what ReLU and its kin make of such: any size, so that these are no probabilities.
  case unbounded
  /// Exponentials of such, which are above 0 and have no limit either.
  case exponential
  /// Nothing is known.
  case unknown
}

extension Graph {
  /// What kind of values an output has. What moves, picks or averages values is looked through, as is what scales
  /// them by constants.
  public func kind(of output: ValueID) -> OutputKind {
    // Of constants: nil. Nodes stand behind what they read.
    var kinds: [OutputKind?] = []
    for node in nodes.prefix(output.index + 1) {
      kinds.append(node.operation.kind(of: node.inputs.map { kinds[$0.index] }))
    }
    return kinds.last.flatMap { $0 } ?? .unknown
  }
}

extension Operation {
  /// - Parameter inputs: what the inputs are; nil: constants.
  fileprivate func kind(of inputs: [OutputKind?]) -> OutputKind? {
    switch self {
    case .constant: nil
    case .input, .argument, .argumentSort, .cumulativeSum, .cumulativeProduct, .oneHot: .unknown
    case .convolution, .depthwiseConvolution, .transposedConvolution, .locallyConnected, .dense, .matMul,
      .einsum, .normalization, .embedding:
      .unbounded
    // Its softmax is the softmax of what it was made of.
    case .logSoftmax: .unbounded
    case .softmax, .sparsemax: .softmax
    case .affine, .pooling, .padding, .slice, .reshape, .transpose, .broadcast, .repeatElements, .tile, .flip,
      .resize, .take, .sort:
      inputs.first.flatMap { $0 }
    case .concatenation: Self.common(inputs)
    case .select: Self.common(Array(inputs.dropFirst()))
    case .parametricReLU: Self.unbounded(inputs)
    case .reduction(let reduction, _, _):
      switch reduction {
      case .mean, .max, .min: inputs.first.flatMap { $0 }
      case .sum, .product, .variance, .l2Norm, .logSumExp: Self.unbounded(inputs)
      case .any, .all: .unknown
      }
    case .unary(let function): function.kind(of: inputs.first.flatMap { $0 })
    case .binary(let function):
      switch function {
      case .add, .subtract, .multiply, .maximum, .minimum: Self.common(inputs)
      // By a constant; what is divided by its own sum adds up to 1.
      case .divide: inputs.last == .some(nil) ? inputs.first.flatMap { $0 } : .unknown
      default: .unknown
      }
    }
  }

  /// What values of several kinds are together.
  private static func common(_ inputs: [OutputKind?]) -> OutputKind? {
    let kinds = inputs.compactMap { $0 }
    guard let first = kinds.first else { return nil }
    if kinds.contains(.unbounded) { return .unbounded }
    return kinds.allSatisfy { $0 == first } ? first : .unknown
  }

  private static func unbounded(_ inputs: [OutputKind?]) -> OutputKind {
    inputs.contains(.unbounded) ? .unbounded : .unknown
  }
}

extension Unary {
  fileprivate func kind(of input: OutputKind?) -> OutputKind? {
    guard let input else { return nil }
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
