/// A function as Python compiled it.
struct PythonCode: Equatable {
  let name: String
  /// Parameters that may be given by position; those by keyword only follow among the variables.
  let argumentCount: Int
  let keywordOnlyCount: Int
  let flags: Int
  /// How many values its stack may hold.
  let stackSize: Int
  let bytes: [UInt8]
  let constants: [MarshalValue]
  let names: [String]
  let variables: Variables
  /// Which instructions belong to which lines.
  let lines: [UInt8]

  struct Variables: Equatable {
    /// By the number that `LOAD_FAST` has, parameters first.
    let locals: [String]
    /// By the number that `LOAD_DEREF` has.
    let cells: [String]
    /// Those that inner functions use too.
    let shared: [String]
    /// Those of the function around it.
    let free: [String]
  }

  /// How versions of Python arrange a function in `marshal`.
  enum Layout: CaseIterable {
    case python2, python3
    /// From 3.8 on.
    case positionalOnly
    /// From 3.11 on.
    case oneListOfVariables
  }

  /// Whether it has parameters that take any number of arguments.
  var isVariadic: Bool { flags & 0x0C != 0 }
  /// Whether calls of it make a generator, or something else that runs later.
  var isGenerator: Bool { flags & 0x2A0 != 0 }
}

extension MarshalReader {
  /// Reads a function after its type.
  mutating func code() throws(LambdaFault) -> PythonCode {
    let argumentCount = try count()
    if layout == .positionalOnly || layout == .oneListOfVariables { _ = try count() }
    let keywordOnlyCount = layout == .python2 ? 0 : try count()
    // How many variables there are.
    if layout != .oneListOfVariables { _ = try count() }
    let (stackSize, flags) = (try count(), try count())
    guard case .bytes(let bytes) = try value(), case .tuple(let constants) = try value(),
      let names = try value().texts
    else { throw Self.damage }
    let variables = try variables()
    // The file, the name, from 3.11 on the name with those around it, and the first line.
    guard try value().text != nil, let name = try value().text else { throw Self.damage }
    if layout == .oneListOfVariables, try value().text == nil { throw Self.damage }
    _ = try count()
    guard case .bytes(let lines) = try value() else { throw Self.damage }
    // What handles errors.
    if layout == .oneListOfVariables { _ = try value() }
    guard argumentCount + keywordOnlyCount <= variables.locals.count, stackSize <= 1 << 10,
      bytes.count <= 1 << 16
    else { throw Self.damage }
    return PythonCode(
      name: name, argumentCount: argumentCount, keywordOnlyCount: keywordOnlyCount, flags: flags,
      stackSize: stackSize, bytes: bytes, constants: constants, names: names, variables: variables,
      lines: lines)
  }

  private mutating func variables() throws(LambdaFault) -> PythonCode.Variables {
    guard let locals = try value().texts else { throw Self.damage }
    guard layout == .oneListOfVariables else {
      guard let free = try value().texts, let shared = try value().texts else { throw Self.damage }
      return PythonCode.Variables(locals: locals, cells: shared + free, shared: shared, free: free)
    }
    guard case .bytes(let kinds) = try value(), kinds.count == locals.count else { throw Self.damage }
    func names(_ kind: UInt8) -> [String] { zip(locals, kinds).filter { $1 & kind != 0 }.map(\.0) }
    return PythonCode.Variables(locals: locals, cells: locals, shared: names(0x40), free: names(0x80))
  }
}
