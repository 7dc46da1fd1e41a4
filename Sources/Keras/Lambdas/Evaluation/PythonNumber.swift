import Glibc

/// A number of Python, which computes as Python does.
enum PythonNumber {
  case int(Int), float(Double)

  var real: Double {
    switch self {
    case .int(let value): Double(value)
    case .float(let value): value
    }
  }

  var value: PythonValue {
    switch self {
    case .int(let value): .int(value)
    case .float(let value): .float(value)
    }
  }

  /// - Returns: nil where Python fails, or gives a number of another kind.
  func applying(_ function: Instruction.BinaryOperator, _ other: PythonNumber) -> PythonNumber? {
    if case .int(let a) = self, case .int(let b) = other { return Self.whole(function, a, b) }
    let (a, b) = (real, other.real)
    switch function {
    case .add: return .float(a + b)
    case .subtract: return .float(a - b)
    case .multiply: return .float(a * b)
    case .trueDivide, .divide: return b == 0 ? nil : .float(a / b)
    case .floorDivide: return b == 0 ? nil : .float((a / b).rounded(.down))
    case .power: return a < 0 && b != b.rounded() || a == 0 && b < 0 ? nil : .float(pow(a, b))
    default: return nil
    }
  }

  private static func whole(_ function: Instruction.BinaryOperator, _ a: Int, _ b: Int) -> PythonNumber? {
    func checked(_ result: (partialValue: Int, overflow: Bool)) -> PythonNumber? {
      result.overflow ? nil : .int(result.partialValue)
    }
    switch function {
    case .add: return checked(a.addingReportingOverflow(b))
    case .subtract: return checked(a.subtractingReportingOverflow(b))
    case .multiply: return checked(a.multipliedReportingOverflow(by: b))
    case .trueDivide: return b == 0 ? nil : .float(Double(a) / Double(b))
    case .floorDivide, .divide, .remainder:
      if b == 0 || a == .min { return nil }
      let isBelow = a % b != 0 && (a < 0) != (b < 0)
      return .int(function == .remainder ? a % b + (isBelow ? b : 0) : a / b - (isBelow ? 1 : 0))
    case .power:
      if b < 0 { return a == 0 ? nil : .float(pow(Double(a), Double(b))) }
      guard b <= 64 else { return nil }
      var result = 1
      for _ in 0..<b {
        let (next, overflow) = result.multipliedReportingOverflow(by: a)
        if overflow { return nil }
        result = next
      }
      return .int(result)
    case .leftShift: return (0..<31).contains(b) && a.magnitude < 1 << 31 ? .int(a << b) : nil
    case .rightShift: return (0..<63).contains(b) ? .int(a >> b) : nil
    case .and: return .int(a & b)
    case .or: return .int(a | b)
    case .xor: return .int(a ^ b)
    case .matrixMultiply, .item: return nil
    }
  }

  func compare(_ comparison: Instruction.Comparison, _ other: PythonNumber) -> Bool? {
    let (a, b) = (real, other.real)
    switch comparison {
    case .less: return a < b
    case .lessEqual: return a <= b
    case .equal: return a == b
    case .notEqual: return a != b
    case .greater: return a > b
    case .greaterEqual: return a >= b
    default: return nil
    }
  }
}
