import Glibc
import Kernels

/// Functions of two values. Comparisons give 1 or 0.
public enum Binary: Sendable {
  case add, subtract, multiply, divide, maximum, minimum, power, floorDivide, modulo, arctan2
  case squaredDifference, nextAfter
  /// Of whole numbers; what is none is cut to one.
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
  var weights: [Tensor] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: true)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [
      BinaryStep(
        name: node.name, self, node.inputs[0], node.inputs[1], output: node.output,
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
  /// The vectorised kernel, where there is one.
  var function: BinaryFunction? {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .maximum: .maximum
    case .minimum: .minimum
    case .floorDivide: .floorDivide
    case .modulo: .modulo
    case .squaredDifference: .squaredDifference
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessEqual: .lessEqual
    case .greater: .greater
    case .greaterEqual: .greaterEqual
    case .logicalAnd: .logicalAnd
    case .logicalOr: .logicalOr
    case .logicalXor: .logicalXor
    case .power, .arctan2, .nextAfter, .bitwiseAnd, .greatestCommonDivisor: nil
    }
  }

  /// The C library's function, for those too rare to vectorise.
  var scalarFunction: (Float, Float) -> Float {
    switch self {
    case .arctan2: Glibc.atan2f
    case .nextAfter: Glibc.nextafterf
    case .bitwiseAnd: { Float(whole($0) & whole($1)) }
    case .greatestCommonDivisor: { commonDivisor(whole($0), whole($1)) }
    default: Glibc.powf
    }
  }
}

/// The whole part of a number; 0 where there is none.
private func whole(_ value: Float) -> Int { abs(value) < 0x1p62 ? Int(value) : 0 }

private func commonDivisor(_ a: Int, _ b: Int) -> Float {
  var (a, b) = (a.magnitude, b.magnitude)
  while b != 0 { (a, b) = (b, a % b) }
  return Float(a)
}
