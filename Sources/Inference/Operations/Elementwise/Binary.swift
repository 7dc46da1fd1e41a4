import Glibc
import Kernels

/// Functions of two values. Comparisons give 1 or 0.
public enum Binary: Sendable {
  case add, subtract, multiply, divide, maximum, minimum, power, floorDivide, modulo, arctan2
  case squaredDifference, nextAfter
  /// Of whole numbers; fractions are cut off.
  case bitwiseAnd, greatestCommonDivisor
  case equal, notEqual, less, lessEqual, greater, greaterEqual, logicalAnd, logicalOr, logicalXor
}

extension Binary: OperationDefinition {
  var name: String { "\(self)" }
  var inputCount: ClosedRange<Int> { 2...2 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    try inputs[0].broadcast(with: inputs[1])
  }

  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: true)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [
      BinaryStep(
        name: node.name, kernel: name, kernel, node.inputs[0], node.inputs[1], output: node.output,
        activation: node.node.activation)
    ]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? {
    switch self {
    case .add, .subtract, .multiply, .maximum, .minimum: .common(inputs)
    // By a constant; what is divided by its own sum adds up to 1.
    case .divide: inputs.last == .some(nil) ? inputs.first.flatMap { $0 } : .unknown
    default: .unknown
    }
  }
}

extension Binary {
  /// What computes it.
  var kernel: BinaryKernel {
    switch self {
    case .add: .rows(.add)
    case .subtract: .rows(.subtract)
    case .multiply: .rows(.multiply)
    case .divide: .rows(.divide)
    case .maximum: .rows(.maximum)
    case .minimum: .rows(.minimum)
    case .floorDivide: .rows(.floorDivide)
    case .modulo: .rows(.modulo)
    case .squaredDifference: .rows(.squaredDifference)
    case .equal: .rows(.equal)
    case .notEqual: .rows(.notEqual)
    case .less: .rows(.less)
    case .lessEqual: .rows(.lessEqual)
    case .greater: .rows(.greater)
    case .greaterEqual: .rows(.greaterEqual)
    case .logicalAnd: .rows(.logicalAnd)
    case .logicalOr: .rows(.logicalOr)
    case .logicalXor: .rows(.logicalXor)
    case .power: .values(Glibc.powf)
    case .arctan2: .values(Glibc.atan2f)
    case .nextAfter: .values(Glibc.nextafterf)
    case .bitwiseAnd: .values { Float(whole($0) & whole($1)) }
    case .greatestCommonDivisor: .values { commonDivisor(whole($0), whole($1)) }
    }
  }
}

/// What computes a function of two values.
enum BinaryKernel {
  /// A vectorised kernel.
  case rows(BinaryFunction)
  /// A function of single values, for those too rare to vectorise.
  case values((Float, Float) -> Float)
}

/// The whole part of a number; 0 if it is not a number, or too large.
private func whole(_ value: Float) -> Int { abs(value) < 0x1p62 ? Int(value) : 0 }

private func commonDivisor(_ a: Int, _ b: Int) -> Float {
  var (a, b) = (a.magnitude, b.magnitude)
  while b != 0 { (a, b) = (b, a % b) }
  return Float(a)
}
