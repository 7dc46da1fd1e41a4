extension InstructionDecoder {
  /// Instructions that read and write the stack only; others by their name. nil: the argument is out of range.
  static func onStack(_ name: String, _ argument: Int, _ version: PythonVersion) -> [Instruction]? {
    switch name {
    case "POP_TOP", "POP_ITER": return [.pop]
    case "ROT_TWO": return [.rotate(2)]
    case "ROT_THREE": return [.rotate(3)]
    case "ROT_FOUR": return [.rotate(4)]
    case "ROT_N": return argument == 0 ? nil : [.rotate(argument)]
    case "DUP_TOP": return [.copy(1)]
    case "DUP_TOP_TWO": return [.copy(2), .copy(2)]
    case "DUP_TOPX": return Array(repeating: .copy(argument), count: min(argument, 5))
    case "COPY": return argument == 0 ? nil : [.copy(argument)]
    case "SWAP": return argument == 0 ? nil : [.swap(argument)]
    case "UNARY_NEGATIVE": return [.unary(.negative)]
    case "UNARY_POSITIVE": return [.unary(.positive)]
    case "UNARY_INVERT": return [.unary(.invert)]
    case "UNARY_NOT": return [.unary(.not)]
    case "CALL_INTRINSIC_1":
      switch argument {
      case 5: return [.unary(.positive)]
      case 6: return [.listToTuple]
      default: return [.other(name)]
      }
    case "TO_BOOL": return [.toBool]
    case "BINARY_OP":
      if version == .v314, argument == 26 { return [.binary(.item)] }
      // Those that change a value in place come again in the same order.
      guard argument < 26, let function = Instruction.BinaryOperator(rawValue: argument % 13) else { return nil }
      return [.binary(function, inPlace: argument >= 13)]
    case "BINARY_SLICE": return [.slice(2), .binary(.item)]
    case "SLICE+0": return [.constant(.none), .constant(.none), .slice(2), .binary(.item)]
    case "SLICE+1": return [.constant(.none), .slice(2), .binary(.item)]
    case "SLICE+2": return [.constant(.none), .rotate(2), .slice(2), .binary(.item)]
    case "SLICE+3": return [.slice(2), .binary(.item)]
    case "COMPARE_OP": return comparison(argument, version)
    case "IS_OP": return argument > 1 ? nil : [.compare(argument == 0 ? .isSame : .isNotSame)]
    case "CONTAINS_OP": return argument > 1 ? nil : [.compare(argument == 0 ? .isIn : .isNotIn)]
    case "BUILD_TUPLE": return [.tuple(argument)]
    case "BUILD_LIST": return [.list(argument)]
    case "BUILD_SLICE": return argument == 2 || argument == 3 ? [.slice(argument)] : nil
    case "BUILD_MAP": return version == .v27 ? [.other(name)] : [.dictionary(argument)]
    case "BUILD_CONST_KEY_MAP": return [.dictionaryOfValues(argument)]
    case "LIST_EXTEND": return [.extendList(argument)]
    case "LIST_APPEND": return [.appendToList(argument)]
    case "LIST_TO_TUPLE": return [.listToTuple]
    case "DICT_MERGE": return [.mergeDictionary(argument)]
    case "UNPACK_SEQUENCE": return [.unpack(argument)]
    default:
      guard let function = operators[name.dropPrefix("INPLACE_") ?? name.dropPrefix("BINARY_") ?? ""] else {
        return [.other(name)]
      }
      return [.binary(function, inPlace: name.hasPrefix("INPLACE_"))]
    }
  }

  private static func comparison(_ argument: Int, _ version: PythonVersion) -> [Instruction]? {
    // Newer ones keep hints for the interpreter in the lower bits, and from 3.13 on whether a truth value is asked for.
    let number = version >= .v313 ? argument >> 5 : version == .v312 ? argument >> 4 : argument
    if version <= .v38, number == 10 { return [.other("COMPARE_OP")] }
    let limit = version <= .v38 ? 10 : 6
    guard number < limit, let comparison = Instruction.Comparison(rawValue: number) else { return nil }
    return version >= .v313 && argument & 16 != 0 ? [.compare(comparison), .toBool] : [.compare(comparison)]
  }

  /// Up to 3.10 every operator had instructions of its own.
  private static let operators: [String: Instruction.BinaryOperator] = [
    "POWER": .power, "MULTIPLY": .multiply, "MATRIX_MULTIPLY": .matrixMultiply, "DIVIDE": .divide,
    "TRUE_DIVIDE": .trueDivide, "FLOOR_DIVIDE": .floorDivide, "MODULO": .remainder, "ADD": .add,
    "SUBTRACT": .subtract, "SUBSCR": .item, "LSHIFT": .leftShift, "RSHIFT": .rightShift, "AND": .and, "OR": .or,
    "XOR": .xor,
  ]
}

extension String {
  fileprivate func dropPrefix(_ prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
