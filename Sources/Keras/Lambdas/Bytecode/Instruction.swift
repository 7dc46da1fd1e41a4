/// What an instruction of any version of Python does, in terms that all versions share.
enum Instruction: Equatable {
  case constant(MarshalValue)
  /// A function, before it gets its defaults and the variables around it.
  case code(PythonProgram)
  case load(String), store(String), delete(String)
  /// The value of a variable for an inner function.
  case capture(String)
  /// What a variable has, or nothing, which it has afterwards.
  case loadAndClear(String)
  case global(String)
  case attribute(String)
  /// What newer versions push beside a function that is called.
  case null
  case pop
  /// The uppermost value moves below the next ones: 2 for `ROT_TWO`.
  case rotate(Int)
  /// Pushes the value at a depth, 1 for the uppermost, again.
  case copy(Int)
  /// Swaps the uppermost value and that at a depth.
  case swap(Int)
  case unary(UnaryOperator)
  /// - Parameter inPlace: whether it may change the first value, as `+=` does with lists.
  case binary(BinaryOperator, inPlace: Bool = false)
  case compare(Comparison)
  case toBool
  case tuple(Int), list(Int), slice(Int)
  /// Pairs of keys and values.
  case dictionary(Int)
  /// Values, below a tuple of their keys.
  case dictionaryOfValues(Int)
  case extendList(Int), appendToList(Int), listToTuple, mergeDictionary(Int)
  case unpack(Int)
  /// - Parameters:
  ///   - count: of all arguments.
  ///   - hasNames: whether the names of the last ones are a tuple on top.
  ///   - hasNull: whether a null lies beside the function.
  case call(count: Int, hasNames: Bool, hasNull: Bool)
  /// With pairs of names and values on top.
  case callWithPairs(positional: Int, pairs: Int)
  /// With a tuple of arguments, and a dictionary of those with names.
  case callWithTuple(hasDictionary: Bool, hasNull: Bool)
  /// What it gets besides its code is below that, by bits: 1 defaults, 2 those of keywords, 4 annotations, 8 variables.
  case makeFunction(parts: Int, hasName: Bool)
  case addToFunction(part: Int)
  case jump(Int)
  case jumpIf(Bool, Int)
  /// The value stays where it jumps.
  case jumpIfOrPop(Bool, Int)
  case jumpIfNone(Bool, Int)
  case iterator
  /// - Parameter pops: whether the iterator is gone once it is at its end.
  case next(end: Int, pops: Bool)
  case importModule(String), importName(String)
  case returnValue
  /// One that has no meaning here.
  case other(String)

  enum UnaryOperator: Equatable { case negative, positive, invert, not }

  /// In the order in which `BINARY_OP` numbers them.
  enum BinaryOperator: Int, Equatable {
    case add, and, floorDivide, leftShift, matrixMultiply, multiply, remainder, or, power, rightShift, subtract,
      trueDivide, xor
    /// Python 2's, which is rounded down for whole numbers.
    case divide
    case item
  }

  /// In the order in which `COMPARE_OP` numbers them, up to 3.8.
  enum Comparison: Int, Equatable {
    case less, lessEqual, equal, notEqual, greater, greaterEqual, isIn, isNotIn, isSame, isNotSame
  }
}
