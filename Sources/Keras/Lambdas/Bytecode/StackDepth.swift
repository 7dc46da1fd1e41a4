/// How many values lie on the stack at each instruction: bytes that another version of Python compiled rarely agree.
struct StackDepth {
  private let instructions: [Instruction]

  init(_ instructions: [Instruction]) { self.instructions = instructions }

  /// Whether no instruction takes more values than there are, all ways to an instruction leave the same number, and
  /// there are never more than the function says, but for two that instructions have here in their own place.
  func isWithin(_ limit: Int) -> Bool {
    var depths = [Int?](repeating: nil, count: instructions.count)
    var waiting = [(0, 0)]
    while let (place, depth) = waiting.popLast() {
      guard instructions.indices.contains(place), depth <= limit + 2 else { return false }
      if let known = depths[place] {
        if known != depth { return false }
        continue
      }
      depths[place] = depth
      let instruction = instructions[place]
      guard depth >= instruction.needed else { return false }
      let after = depth + instruction.change
      switch instruction {
      case .returnValue, .other: break
      case .jump(let target): waiting.append((target, after))
      case .jumpIf(_, let target), .jumpIfNone(_, let target):
        waiting += [(target, after), (place + 1, after)]
      case .jumpIfOrPop(_, let target): waiting += [(target, depth), (place + 1, after)]
      case .next(let end, let pops): waiting += [(end, pops ? depth - 1 : depth), (place + 1, after)]
      default: waiting.append((place + 1, after))
      }
    }
    return true
  }
}

extension Instruction {
  /// Where it may jump to.
  var target: Int? {
    switch self {
    case .jump(let target), .jumpIf(_, let target), .jumpIfOrPop(_, let target), .jumpIfNone(_, let target),
      .next(let target, _):
      target
    default: nil
    }
  }

  /// The same with another target.
  func to(_ place: Int) -> Instruction {
    switch self {
    case .jump: .jump(place)
    case .jumpIf(let condition, _): .jumpIf(condition, place)
    case .jumpIfOrPop(let condition, _): .jumpIfOrPop(condition, place)
    case .jumpIfNone(let isNone, _): .jumpIfNone(isNone, place)
    case .next(_, let pops): .next(end: place, pops: pops)
    default: self
    }
  }

  /// How many values it reads.
  fileprivate var needed: Int {
    switch self {
    case .constant, .code, .load, .capture, .loadAndClear, .global, .null, .delete, .jump, .other: 0
    case .rotate(let count), .copy(let count), .swap(let count): max(count, 1)
    case .extendList(let depth), .appendToList(let depth), .mergeDictionary(let depth): depth + 1
    case .attribute, .unary, .toBool, .iterator, .next, .importName, .listToTuple, .unpack: 1
    default: -change + (pushes ? 1 : 0)
    }
  }

  private var pushes: Bool {
    switch self {
    case .store, .pop, .returnValue, .jumpIf, .jumpIfNone, .jumpIfOrPop: false
    default: true
    }
  }

  /// By how much it changes the number of values.
  fileprivate var change: Int {
    switch self {
    case .constant, .code, .load, .capture, .loadAndClear, .global, .null, .copy, .next, .importName: 1
    case .attribute, .unary, .toBool, .iterator, .rotate, .swap, .delete, .jump, .listToTuple, .other: 0
    case .store, .pop, .returnValue, .binary, .compare, .jumpIf, .jumpIfNone, .jumpIfOrPop, .importModule,
      .extendList, .appendToList, .mergeDictionary, .addToFunction:
      -1
    case .tuple(let count), .list(let count), .slice(let count): 1 - count
    case .dictionary(let pairs): 1 - 2 * pairs
    case .dictionaryOfValues(let count): -count
    case .unpack(let count): count - 1
    case .call(let count, let hasNames, let hasNull): -count - (hasNames ? 1 : 0) - (hasNull ? 1 : 0)
    case .callWithPairs(let positional, let pairs): -positional - 2 * pairs
    case .callWithTuple(let hasDictionary, let hasNull): -1 - (hasDictionary ? 1 : 0) - (hasNull ? 1 : 0)
    case .makeFunction(let parts, let hasName): -parts.nonzeroBitCount - (hasName ? 1 : 0)
    }
  }
}
