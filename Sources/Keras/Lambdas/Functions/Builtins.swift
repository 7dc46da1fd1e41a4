import Glibc
import Inference

extension LambdaEvaluator {
  /// A function of Python itself.
  mutating func builtin(
    _ name: String, _ arguments: [PythonValue], _ keywords: [(key: String, value: PythonValue)],
    _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    guard keywords.isEmpty else { throw fault("it calls \(name) with names of arguments") }
    switch (name, arguments.count) {
    case ("len", 1): return .int(try elements(arguments[0]).count)
    case ("list", 1): return .list(try elements(arguments[0]))
    case ("list", 0): return .list([])
    case ("tuple", 1): return .tuple(try elements(arguments[0]))
    case ("reversed", 1): return .iterator(try elements(arguments[0]).reversed())
    case ("enumerate", 1):
      return .iterator(try elements(arguments[0]).enumerated().map { .tuple([.int($0), $1]) })
    case ("zip", 1...8):
      let lists = try arguments.map { list throws(KerasError) in try elements(list) }
      let count = lists.map(\.count).min() ?? 0
      return .iterator((0..<count).map { index in .tuple(lists.map { $0[index] }) })
    case ("range", 1...3), ("xrange", 1...3): return .list(try range(arguments))
    case ("sum", 1):
      var sum = PythonValue.int(0)
      for element in try elements(arguments[0]) { sum = try binary(.add, sum, element, &builder) }
      return sum
    case ("abs", 1):
      if case .value = arguments[0] { return try apply("Absolute", arguments, &builder) }
      guard let number = arguments[0].number else { break }
      if case .int(let value) = number, value != .min { return .int(abs(value)) }
      return .float(abs(number.real))
    case ("pow", 2): return try binary(.power, arguments[0], arguments[1], &builder)
    case ("max", _), ("min", _): return try extremum(name, arguments)
    case ("slice", 1...3):
      return .slice(
        start: arguments.count > 1 ? arguments[0] : .none, stop: arguments.count > 1 ? arguments[1] : arguments[0],
        step: arguments.count > 2 ? arguments[2] : .none)
    default: break
    }
    throw fault("it calls \(name) with \(arguments.first?.kind ?? "nothing"), which is not supported")
  }

  /// What a loop goes through.
  func elements(_ value: PythonValue) throws(KerasError) -> [PythonValue] {
    guard let elements = value.elements else { throw fault("it goes through \(value.kind)") }
    return elements
  }

  private func range(_ arguments: [PythonValue]) throws(KerasError) -> [PythonValue] {
    var bounds: [Int] = []
    for argument in arguments {
      guard case .int(let bound) = argument, bound.magnitude < 1 << 31 else {
        throw fault("it calls range with \(argument.kind)")
      }
      bounds.append(bound)
    }
    let (start, end, step) = (bounds.count > 1 ? bounds[0] : 0, bounds.count > 1 ? bounds[1] : bounds[0], bounds.count > 2 ? bounds[2] : 1)
    guard step != 0, (end - start) / step <= 1 << 12 else { throw fault("it has a range of more than 4096 numbers") }
    return stride(from: start, to: end, by: step).map { .int($0) }
  }

  private func extremum(_ name: String, _ arguments: [PythonValue]) throws(KerasError) -> PythonValue {
    var best: PythonNumber?
    for value in arguments.count == 1 ? try elements(arguments[0]) : arguments {
      guard let number = value.number else { throw fault("it calls \(name) with \(value.kind)") }
      if let known = best, (name == "max") != (number.real > known.real) || number.real == known.real { continue }
      best = number
    }
    guard let best else { throw fault("it calls \(name) with nothing") }
    return best.value
  }

  /// A function of Python's `math`, of numbers.
  func number(_ name: String, _ arguments: [PythonValue]) throws(KerasError) -> PythonValue {
    let numbers = arguments.compactMap { $0.number?.real }
    if numbers.count == arguments.count, let x = numbers.first {
      switch (name, numbers.count) {
      case ("sqrt", 1) where x >= 0: return .float(x.squareRoot())
      case ("log", 1) where x > 0: return .float(log(x))
      case ("exp", 1): return .float(exp(x))
      case ("floor", 1) where abs(x) < 0x1p52: return .int(Int(x.rounded(.down)))
      case ("ceil", 1) where abs(x) < 0x1p52: return .int(Int(x.rounded(.up)))
      case ("pow", 2) where x > 0: return .float(pow(x, numbers[1]))
      case ("sin", 1): return .float(sin(x))
      case ("cos", 1): return .float(cos(x))
      default: break
      }
    }
    throw fault("it calls math.\(name) with \(arguments.first?.kind ?? "nothing"), which is not supported")
  }
}
