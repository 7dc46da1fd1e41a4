import Inference

/// A function while it is followed.
struct PythonFrame {
  let program: PythonProgram
  var variables: [String: PythonValue] = [:]
  fileprivate var stack: [PythonValue] = []
  fileprivate var place = 0
  /// Variables that an inner function has: its own copies, so that they must not change any more.
  fileprivate var captured: Set<String> = []

  init(_ program: PythonProgram) { self.program = program }

  /// Takes values from the stack, whose number was checked when the program was read.
  fileprivate mutating func pop(_ count: Int) -> [PythonValue] {
    let values = Array(stack.suffix(count))
    stack.removeLast(values.count)
    return values
  }

  fileprivate mutating func pop() -> PythonValue { stack.popLast() ?? .null }
}

extension LambdaEvaluator {
  /// Follows one instruction.
  /// - Returns: the function's result, once there is one.
  mutating func step(_ frame: inout PythonFrame, _ builder: inout GraphBuilder) throws(KerasError)
    -> PythonValue?
  {
    guard frame.program.instructions.indices.contains(frame.place) else { throw fault("it has no end") }
    let instruction = frame.program.instructions[frame.place]
    frame.place += 1
    func push(_ value: PythonValue) { frame.stack.append(value) }
    switch instruction {
    case .returnValue: return frame.pop()
    case .constant(let constant): push(try value(constant))
    case .code(let program): push(.function(PythonFunction(program: program)))
    case .load(let name): push(try variable(name, frame))
    case .capture(let name):
      push(try variable(name, frame))
      frame.captured.insert(name)
    case .store(let name):
      if frame.captured.contains(name) { throw fault("\(name) changes, which an inner function uses") }
      let value = frame.pop()
      frame.variables[name] = if case .null = value { nil } else { value }
    case .delete(let name): frame.variables[name] = nil
    case .loadAndClear(let name):
      push(frame.variables[name] ?? .null)
      frame.variables[name] = nil
    case .global(let name):
      guard let value = LibraryName.global(name) else {
        throw fault("it uses the name \"\(name)\", whose meaning is not in the file")
      }
      push(value)
    case .importModule(let name):
      guard case .none = frame.pop(2)[1] else {
        push(.name(LibraryName.canonical(name)))
        break
      }
      push(.name(LibraryName.canonical(String(name.prefix { $0 != "." }))))
    case .importName(let name): push(try attribute(name, of: frame.stack[frame.stack.count - 1], builder))
    case .attribute(let name): push(try attribute(name, of: frame.pop(), builder))
    case .null: push(.null)
    case .pop: _ = frame.pop()
    case .rotate(let count): frame.stack.insert(frame.pop(), at: frame.stack.count - count + 1)
    case .copy(let depth): push(frame.stack[frame.stack.count - depth])
    case .swap(let depth): frame.stack.swapAt(frame.stack.count - 1, frame.stack.count - depth)
    case .unary(let function): push(try unary(function, frame.pop(), &builder))
    case .binary(let function, let inPlace):
      let operands = frame.pop(2)
      push(try binary(function, operands[0], operands[1], inPlace: inPlace, &builder))
    case .compare(let comparison):
      let operands = frame.pop(2)
      push(try compare(comparison, operands[0], operands[1], &builder))
    case .toBool: push(.bool(try truth(frame.pop())))
    case .tuple(let count): push(.tuple(frame.pop(count)))
    case .list(let count): push(.list(frame.pop(count)))
    case .slice(let count):
      let bounds = frame.pop(count)
      push(.slice(start: bounds[0], stop: bounds[1], step: count > 2 ? bounds[2] : .none))
    case .listToTuple:
      guard let elements = frame.pop().elements else { throw fault("it makes a tuple of no list") }
      push(.tuple(elements))
    case .extendList(let depth):
      guard let elements = frame.pop().elements else { throw fault("it adds to a list what is no list") }
      try append(elements, depth, &frame)
    case .appendToList(let depth): try append([frame.pop()], depth, &frame)
    case .dictionary, .dictionaryOfValues, .mergeDictionary: try buildDictionary(instruction, &frame)
    case .unpack(let count):
      let value = frame.pop()
      guard let elements = value.elements, elements.count == count else {
        throw fault("it takes \(count) values out of \(value.kind)")
      }
      frame.stack += elements.reversed()
    case .jump(let target): frame.place = target
    case .jumpIf(let condition, let target):
      if try truth(frame.pop()) == condition { frame.place = target }
    case .jumpIfOrPop(let condition, let target):
      let value = frame.pop()
      if try truth(value) == condition {
        push(value)
        frame.place = target
      }
    case .jumpIfNone(let isNone, let target):
      if case .none = frame.pop() { if isNone { frame.place = target } } else if !isNone { frame.place = target }
    case .iterator: push(.iterator(try elements(frame.pop())))
    case .next(let end, let pops):
      guard case .iterator(var rest) = frame.pop() else { throw fault("it loops over no list") }
      if rest.isEmpty {
        if !pops { push(.iterator([])) }
        frame.place = end
      } else {
        let first = rest.removeFirst()
        push(.iterator(rest))
        push(first)
      }
    case .call, .callWithPairs, .callWithTuple: push(try call(instruction, &frame, &builder))
    case .makeFunction, .addToFunction: push(try makeFunction(instruction, &frame))
    case .other(let name): throw fault("it has the instruction \(name), which is not supported")
    }
    return nil
  }

  private func variable(_ name: String, _ frame: PythonFrame) throws(KerasError) -> PythonValue {
    guard let value = frame.variables[name] else { throw fault("it uses \(name) before that has a value") }
    return value
  }

  /// A constant of the code.
  private func value(_ constant: MarshalValue) throws(KerasError) -> PythonValue {
    switch constant {
    case .none: return .none
    case .ellipsis: return .ellipsis
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .float(let value): return .float(value)
    case .tuple(let elements): return .tuple(try elements.map { element throws(KerasError) in try value(element) })
    case .slice(let bounds):
      return .slice(start: try value(bounds[0]), stop: try value(bounds[1]), step: try value(bounds[2]))
    case .string, .bytes:
      guard let text = constant.text else { throw fault("it uses bytes") }
      return .string(text)
    case .code: throw fault("it uses the code of a function")
    case .other(let name): throw fault("it uses \(name)")
    }
  }

  /// Adds to the list at a depth.
  private func append(_ elements: [PythonValue], _ depth: Int, _ frame: inout PythonFrame) throws(KerasError) {
    let place = frame.stack.count - depth
    guard frame.stack.indices.contains(place), case .list(let list) = frame.stack[place],
      list.count + elements.count <= 1 << 12
    else { throw fault("it adds to what is no list, or to one that is too long") }
    frame.stack[place] = .list(list + elements)
  }

  private func buildDictionary(_ instruction: Instruction, _ frame: inout PythonFrame) throws(KerasError) {
    func key(_ value: PythonValue) throws(KerasError) -> String {
      guard case .string(let key) = value else { throw fault("it has a dictionary whose keys are no strings") }
      return key
    }
    switch instruction {
    case .dictionary(let count):
      let words = frame.pop(2 * count)
      var members: [(key: String, value: PythonValue)] = []
      for index in 0..<count { members.append((try key(words[2 * index]), words[2 * index + 1])) }
      frame.stack.append(.dictionary(members))
    case .dictionaryOfValues(let count):
      guard let keys = frame.pop().elements, keys.count == count else {
        throw fault("it has a dictionary without keys")
      }
      var members: [(key: String, value: PythonValue)] = []
      for (name, value) in zip(keys, frame.pop(count)) { members.append((try key(name), value)) }
      frame.stack.append(.dictionary(members))
    case .mergeDictionary(let depth):
      guard case .dictionary(let new) = frame.pop(), (1...frame.stack.count).contains(depth),
        case .dictionary(let old) = frame.stack[frame.stack.count - depth]
      else { throw fault("it puts together what are no dictionaries") }
      frame.stack[frame.stack.count - depth] = .dictionary(old + new)
    default: break
    }
  }

  private func makeFunction(_ instruction: Instruction, _ frame: inout PythonFrame) throws(KerasError)
    -> PythonValue
  {
    var parts = 0
    if case .makeFunction(let given, let hasName) = instruction {
      parts = given
      if hasName { _ = frame.pop() }
    }
    guard case .function(var function) = frame.pop() else { throw fault("it makes a function of no code") }
    if case .addToFunction(let part) = instruction { parts = part }
    for part in [8, 4, 2, 1] where parts & part != 0 {
      let value = frame.pop()
      switch part {
      case 1: function.defaults = value.elements ?? []
      case 8: function.closure = value.elements ?? []
      case 4: break
      default: throw fault("it makes a function with defaults of keywords")
      }
    }
    return .function(function)
  }

  private mutating func call(
    _ instruction: Instruction, _ frame: inout PythonFrame, _ builder: inout GraphBuilder
  ) throws(KerasError) -> PythonValue {
    var arguments: [PythonValue] = []
    var keywords: [(key: String, value: PythonValue)] = []
    var beside = false
    switch instruction {
    case .call(let count, let hasNames, let hasNull):
      beside = hasNull
      let names = hasNames ? frame.pop().elements ?? [] : []
      arguments = frame.pop(count)
      guard names.count <= count else { throw fault("a call names more arguments than it has") }
      for (name, value) in zip(names, arguments.suffix(names.count)) {
        guard case .string(let name) = name else { throw fault("a call names arguments by numbers") }
        keywords.append((name, value))
      }
      arguments.removeLast(names.count)
    case .callWithPairs(let positional, let pairs):
      let words = frame.pop(2 * pairs)
      for index in 0..<pairs {
        guard case .string(let name) = words[2 * index] else { throw fault("a call names arguments by numbers") }
        keywords.append((name, words[2 * index + 1]))
      }
      arguments = frame.pop(positional)
    case .callWithTuple(let hasDictionary, let hasNull):
      beside = hasNull
      if hasDictionary {
        switch frame.pop() {
        case .dictionary(let members): keywords = members
        case .null: break
        default: throw fault("a call's named arguments are no dictionary")
        }
      }
      guard let elements = frame.pop().elements else { throw fault("a call's arguments are no tuple") }
      arguments = elements
    default: break
    }
    let upper = frame.pop()
    if !beside { return try call(upper, arguments, keywords, &builder) }
    // A null, and the function below or above it; or the function below its first argument.
    let lower = frame.pop()
    if case .null = lower { return try call(upper, arguments, keywords, &builder) }
    if case .null = upper { return try call(lower, arguments, keywords, &builder) }
    return try call(lower, [upper] + arguments, keywords, &builder)
  }
}
