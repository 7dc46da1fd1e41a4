/// The versions of Python whose instructions are known, by what distinguishes them. A file does not say which one
/// compiled its functions.
enum PythonVersion: Int, CaseIterable, Comparable {
  case v27 = 207, v35 = 305, v36, v37, v38, v39, v310, v311, v312, v313, v314

  static func < (a: PythonVersion, b: PythonVersion) -> Bool { a.rawValue < b.rawValue }

  var layout: PythonCode.Layout {
    switch self {
    case .v27: .python2
    case .v35, .v36, .v37: .python3
    case .v38, .v39, .v310: .positionalOnly
    case .v311, .v312, .v313, .v314: .oneListOfVariables
    }
  }

  /// Whether every instruction has two bytes; else those without an argument have one, the others three.
  var isWordcode: Bool { self >= .v36 }

  /// Instructions below have no argument.
  var firstWithArgument: UInt8 {
    switch self {
    case .v313: 45
    case .v314: 44
    default: 90
    }
  }

  /// How many empty words follow an instruction, for the interpreter to keep what it learns.
  func cacheCount(_ name: String) -> Int {
    if self < .v311 { return 0 }
    switch name {
    case "BINARY_SUBSCR": return self == .v311 ? 4 : 1
    case "COMPARE_OP": return self == .v311 ? 2 : 1
    case "BINARY_OP": return self == .v314 ? 5 : 1
    case "LOAD_GLOBAL": return self == .v311 ? 5 : 4
    case "LOAD_ATTR": return self == .v311 ? 4 : 9
    case "LOAD_METHOD": return 10
    case "STORE_ATTR": return 4
    case "STORE_SUBSCR", "UNPACK_SEQUENCE", "PRECALL": return 1
    case "CALL": return self == .v311 ? 4 : 3
    case "FOR_ITER", "SEND", "LOAD_SUPER_ATTR": return self == .v311 ? 0 : 1
    case "CALL_KW": return self == .v314 ? 3 : 0
    case "TO_BOOL": return 3
    case "CONTAINS_OP", "JUMP_BACKWARD", "POP_JUMP_IF_TRUE", "POP_JUMP_IF_FALSE", "POP_JUMP_IF_NONE",
      "POP_JUMP_IF_NOT_NONE":
      return self >= .v313 ? 1 : 0
    default: return 0
    }
  }
}
