import JSON

/// A function of a library as an operation of `keras.ops`.
struct LibraryFunction {
  let operation: String
  let parameters: [Parameter]

  struct Parameter {
    let name: String
    /// What the operation calls it.
    let key: String
    /// Whether the operation takes it as a tensor.
    let isOperand: Bool
    /// Whether nothing but None is understood.
    let isNone: Bool
    /// Where it is not the operation's own.
    let fallback: JSONValue?
  }

  /// Finds a function in a table: a line `name = Operation *tensor parameter parameter:key parameter=default !none` each,
  /// with the parameters in the function's order. Tables are texts, as a model needs one line or two of them.
  static func named(_ name: String, in table: String) -> LibraryFunction? {
    for line in table.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count > 2, words[0] == name else { continue }
      return LibraryFunction(operation: String(words[2]), parameters: words.dropFirst(3).map { Parameter($0) })
    }
    return nil
  }
}

extension LibraryFunction.Parameter {
  fileprivate init(_ word: Substring) {
    isOperand = word.hasPrefix("*")
    isNone = word.hasPrefix("!")
    let halves = word.drop { $0 == "*" || $0 == "!" }.split(separator: "=", maxSplits: 1)
    let names = halves[0].split(separator: ":", maxSplits: 1)
    name = String(names[0])
    key = String(names[names.count - 1])
    fallback = halves.count > 1 ? Self.value(halves[1]) : nil
  }

  private static func value(_ text: Substring) -> JSONValue {
    switch text {
    case "true": .bool(true)
    case "false": .bool(false)
    default: Int(text).map { .integer($0) } ?? Double(text).map { .real($0) } ?? .string(String(text))
    }
  }
}

extension LambdaEvaluator {
  /// Calls a function of a table.
  mutating func call(
    _ function: LibraryFunction, _ name: String, _ arguments: [PythonValue],
    _ keywords: [(key: String, value: PythonValue)], version: KerasVersion? = nil, _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    let names = function.parameters.map(\.name)
    guard arguments.count <= names.count else { throw fault("it calls \(name) with too many arguments") }
    var given = zip(names, arguments).map { (key: $0, value: $1) }
    for (key, value) in keywords where key != "name" {
      guard names.dropFirst(arguments.count).contains(key) else {
        throw fault("it calls \(name) with the argument \"\(key)\", which is not known")
      }
      given.append((key, value))
    }
    var operands: [PythonValue] = []
    var members: [JSONObject.Member] = []
    var later: [(key: String, value: Value)] = []
    for parameter in function.parameters {
      let value = given.last { $0.key == parameter.name }?.value
      if parameter.isNone {
        if case .none = value ?? .none { continue }
        throw fault("it calls \(name) with the argument \"\(parameter.name)\", which is not supported")
      }
      if parameter.isOperand {
        operands.append(value ?? .none)
      } else if let value {
        guard let argument = value.argument else { throw fault("it calls \(name) with \(value.kind)") }
        if let constant = argument.constant {
          members.append(JSONObject.Member(name: parameter.key, value: constant))
        } else {
          later.append((parameter.key, argument))
        }
      } else if let fallback = parameter.fallback {
        members.append(JSONObject.Member(name: parameter.key, value: fallback))
      }
    }
    return try apply(function.operation, operands, with: members, keywords: later, version: version, &builder)
  }
}
