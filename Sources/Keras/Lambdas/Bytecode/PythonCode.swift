/// A function as Python compiled it.
struct PythonCode: Equatable {
  let name: String
  /// Parameters that may be given by position; those by keyword only follow among ``locals``.
  let argumentCount: Int
  let keywordOnlyCount: Int
  let flags: Int
  /// How many values its stack may hold.
  let stackSize: Int
  let bytes: [UInt8]
  let constants: [MarshalValue]
  let names: [String]
  /// Variables by the number that `LOAD_FAST` has, parameters first.
  let locals: [String]
  /// Variables by the number that `LOAD_DEREF` has.
  let cells: [String]
  /// Variables that inner functions use too.
  let shared: [String]
  /// Variables of the function around it.
  let free: [String]
  /// Which instructions belong to which lines.
  let lines: [UInt8]

  /// How versions of Python arrange a function in `marshal`.
  enum Layout: CaseIterable {
    case python2, python3
    /// From 3.8 on.
    case positionalOnly
    /// From 3.11 on.
    case oneListOfVariables
  }

  /// Whether it has parameters that take any number of arguments, or makes a generator.
  var isVariadic: Bool { flags & 0x0C != 0 }
  var isGenerator: Bool { flags & 0x2A0 != 0 }
}

extension MarshalReader {
  /// Reads a function after its type.
  mutating func code() throws(LambdaFault) -> PythonCode {
    let argumentCount = try count()
    if layout == .positionalOnly || layout == .oneListOfVariables { _ = try count() }
    let keywordOnlyCount = layout == .python2 ? 0 : try count()
    if layout != .oneListOfVariables { _ = try count() }
    let (stackSize, flags) = (try count(), try count())
    guard case .bytes(let bytes) = try value(), case .tuple(let constants) = try value(),
      let names = try value().texts, let variables = try value().texts
    else { throw Self.damage }
    var (cells, shared, free, locals) = (variables, [String](), [String](), variables)
    if layout == .oneListOfVariables {
      guard case .bytes(let kinds) = try value(), kinds.count == variables.count else { throw Self.damage }
      shared = zip(variables, kinds).filter { $1 & 0x40 != 0 }.map(\.0)
      free = zip(variables, kinds).filter { $1 & 0x80 != 0 }.map(\.0)
    } else {
      guard let outer = try value().texts, let inner = try value().texts else { throw Self.damage }
      (free, shared, cells) = (outer, inner, inner + outer)
    }
    guard try value().text != nil, let name = try value().text else { throw Self.damage }
    if layout == .oneListOfVariables { guard try value().text != nil else { throw Self.damage } }
    _ = try count()
    guard case .bytes(let lines) = try value() else { throw Self.damage }
    if layout == .oneListOfVariables {
      guard case .bytes = try value() else { throw Self.damage }
    }
    guard argumentCount + keywordOnlyCount <= locals.count, stackSize <= 1 << 10, bytes.count <= 1 << 16
    else { throw Self.damage }
    locals = variables
    return PythonCode(
      name: name, argumentCount: argumentCount, keywordOnlyCount: keywordOnlyCount, flags: flags,
      stackSize: stackSize, bytes: bytes, constants: constants, names: names, locals: locals, cells: cells,
      shared: shared, free: free, lines: lines)
  }
}
