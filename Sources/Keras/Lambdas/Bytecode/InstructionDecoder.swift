/// Reads functions as one version of Python compiles them.
struct InstructionDecoder {
  private let reader: CodeReader
  private var version: PythonVersion { reader.version }
  /// How many instructions may follow: a file may refer to one function a thousand times.
  private var remaining = 1 << 16

  init(_ version: PythonVersion) { reader = CodeReader(version) }

  /// - Returns: nil where it is not this version that compiled the function.
  mutating func program(_ code: PythonCode) -> PythonProgram? {
    guard let words = reader.words(code), words.count <= remaining else { return nil }
    remaining -= words.count
    // From 3.11 on only what handles an error shows that a function has such parts.
    var instructions = words.filter { $0.name == "PUSH_EXC_INFO" }.prefix(1).map { Instruction.other($0.name) }
    // Where the instruction at a byte begins in the result.
    var places: [Int: Int] = [:]
    var hasNames = false
    for word in words {
      places[word.start] = instructions.count
      guard let decoded = decode(word, code, &hasNames) else { return nil }
      instructions += decoded
    }
    for index in instructions.indices {
      guard let target = instructions[index].target else { continue }
      guard let place = places[target], instructions.indices.contains(place) else { return nil }
      instructions[index] = instructions[index].to(place)
    }
    guard StackDepth(instructions).isWithin(code.stackSize) else { return nil }
    return PythonProgram(
      name: code.name,
      parameters: Array(code.locals.prefix(code.argumentCount + code.keywordOnlyCount)),
      keywordOnlyCount: code.keywordOnlyCount, takesAny: code.isVariadic, isGenerator: code.isGenerator,
      free: code.free, instructions: instructions)
  }

  /// One instruction as one or several; nil: its argument is out of range.
  private mutating func decode(_ word: CodeReader.Word, _ code: PythonCode, _ hasNames: inout Bool) -> [Instruction]? {
    let argument = word.argument
    func one(_ name: String?, _ make: (String) -> Instruction) -> [Instruction]? { name.map { [make($0)] } }
    func name(_ index: Int) -> String? { code.names.element(index) }
    func local(_ index: Int) -> String? { code.locals.element(index) }
    func load(_ index: Int) -> [Instruction]? {
      one(local(index)) { version >= .v313 && code.shared.contains($0) ? .capture($0) : .load($0) }
    }
    let forward = word.end + argument * (version >= .v310 ? 2 : 1)
    let backward = word.end - argument * 2
    /// Up to 3.10 from the function's beginning.
    let absolute = version >= .v311 ? forward : argument * (version == .v310 ? 2 : 1)

    switch word.name {
    case "NOP", "RESUME", "NOT_TAKEN", "MAKE_CELL", "COPY_FREE_VARS", "PRECALL", "SETUP_LOOP", "GEN_START": return []
    case "POP_BLOCK": return version <= .v37 ? [] : [.other(word.name)]
    case "LOAD_CONST": return constant(argument, code).map { [$0] }
    case "RETURN_CONST": return constant(argument, code).map { [$0, .returnValue] }
    case "LOAD_SMALL_INT": return [.constant(.int(argument))]
    case "LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW": return load(argument)
    case "LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW":
      guard let first = load(argument >> 4), let second = load(argument & 15) else { return nil }
      return first + second
    case "STORE_FAST": return one(local(argument)) { .store($0) }
    case "STORE_FAST_LOAD_FAST":
      guard let first = local(argument >> 4), let second = load(argument & 15) else { return nil }
      return [.store(first)] + second
    case "STORE_FAST_STORE_FAST":
      guard let first = local(argument >> 4), let second = local(argument & 15) else { return nil }
      return [.store(first), .store(second)]
    case "DELETE_FAST": return one(local(argument)) { .delete($0) }
    case "LOAD_FAST_AND_CLEAR": return one(local(argument)) { .loadAndClear($0) }
    case "LOAD_CLOSURE": return one(code.cells.element(argument)) { .capture($0) }
    case "LOAD_DEREF": return one(code.cells.element(argument)) { .load($0) }
    case "STORE_DEREF": return one(code.cells.element(argument)) { .store($0) }
    case "LOAD_GLOBAL":
      if version < .v311 { return one(name(argument)) { .global($0) } }
      guard let global = name(argument >> 1) else { return nil }
      if argument & 1 == 0 { return [.global(global)] }
      return version >= .v313 ? [.global(global), .null] : [.null, .global(global)]
    case "LOAD_ATTR":
      if version < .v312 { return one(name(argument)) { .attribute($0) } }
      guard let attribute = name(argument >> 1) else { return nil }
      return argument & 1 == 0 ? [.attribute(attribute)] : [.attribute(attribute), .null]
    case "LOAD_METHOD": return one(name(argument)) { .attribute($0) }.map { $0 + [.null] }
    case "PUSH_NULL": return [.null]
    case "IMPORT_NAME": return one(name(argument)) { .importModule($0) }
    case "IMPORT_FROM": return one(name(argument)) { .importName($0) }
    case "RETURN_VALUE": return [.returnValue]

    case "CALL_FUNCTION":
      if version >= .v36 { return [.call(count: argument, hasNames: false, hasNull: false)] }
      return [.callWithPairs(positional: argument & 0xFF, pairs: argument >> 8)]
    case "CALL_FUNCTION_KW" where version >= .v36:
      return [.call(count: argument, hasNames: true, hasNull: false)]
    case "CALL_METHOD": return [.call(count: argument, hasNames: false, hasNull: true)]
    case "KW_NAMES":
      hasNames = true
      return code.constants.element(argument).map { [.constant($0)] }
    case "CALL":
      defer { hasNames = false }
      return [.call(count: argument, hasNames: hasNames, hasNull: true)]
    case "CALL_KW": return [.call(count: argument, hasNames: true, hasNull: true)]
    case "CALL_FUNCTION_EX":
      // From 3.14 on there is always a place for the dictionary.
      return [.callWithTuple(hasDictionary: version >= .v314 || argument & 1 != 0, hasNull: version >= .v311)]
    case "MAKE_FUNCTION":
      if version >= .v313 { return [.makeFunction(parts: 0, hasName: false)] }
      if version >= .v36 { return [.makeFunction(parts: argument & 15, hasName: version < .v311)] }
      return argument == 0 ? [.makeFunction(parts: 0, hasName: version == .v35)] : [.other(word.name)]
    case "MAKE_CLOSURE":
      return argument == 0 ? [.makeFunction(parts: 8, hasName: version == .v35)] : [.other(word.name)]
    case "SET_FUNCTION_ATTRIBUTE": return [.addToFunction(part: argument)]

    case "JUMP_FORWARD": return [.jump(forward)]
    case "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT": return [.jump(backward)]
    case "JUMP_ABSOLUTE": return [.jump(absolute)]
    case "POP_JUMP_IF_FALSE", "POP_JUMP_FORWARD_IF_FALSE": return [.jumpIf(false, absolute)]
    case "POP_JUMP_IF_TRUE", "POP_JUMP_FORWARD_IF_TRUE": return [.jumpIf(true, absolute)]
    case "POP_JUMP_BACKWARD_IF_FALSE": return [.jumpIf(false, backward)]
    case "POP_JUMP_BACKWARD_IF_TRUE": return [.jumpIf(true, backward)]
    case "JUMP_IF_FALSE_OR_POP": return [.jumpIfOrPop(false, absolute)]
    case "JUMP_IF_TRUE_OR_POP": return [.jumpIfOrPop(true, absolute)]
    case "POP_JUMP_IF_NONE", "POP_JUMP_FORWARD_IF_NONE": return [.jumpIfNone(true, forward)]
    case "POP_JUMP_IF_NOT_NONE", "POP_JUMP_FORWARD_IF_NOT_NONE": return [.jumpIfNone(false, forward)]
    case "POP_JUMP_BACKWARD_IF_NONE": return [.jumpIfNone(true, backward)]
    case "POP_JUMP_BACKWARD_IF_NOT_NONE": return [.jumpIfNone(false, backward)]
    case "GET_ITER": return [.iterator]
    case "FOR_ITER":
      switch version {
      // What follows the loop for other iterators is left out: END_FOR, and POP_TOP.
      case .v312: return [.next(end: forward + 2, pops: true)]
      case .v313: return [.next(end: forward + 4, pops: true)]
      case .v314: return [.next(end: forward + 2, pops: false)]
      default: return [.next(end: forward, pops: true)]
      }
    default: return InstructionDecoder.onStack(word.name, argument, version)
    }
  }

  private mutating func constant(_ index: Int, _ code: PythonCode) -> Instruction? {
    guard let value = code.constants.element(index) else { return nil }
    guard case .code(let inner) = value else { return .constant(value) }
    return program(inner).map { .code($0) }
  }
}

extension [String] {
  fileprivate func element(_ index: Int) -> String? { indices.contains(index) ? self[index] : nil }
}

extension [MarshalValue] {
  fileprivate func element(_ index: Int) -> MarshalValue? { indices.contains(index) ? self[index] : nil }
}
