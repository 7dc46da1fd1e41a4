/// The instructions of a function as one version of Python has them, with their names.
struct CodeReader {
  let version: PythonVersion
  private let names: [String?]

  /// One instruction with its argument.
  struct Word {
    let name: String
    let argument: Int
    /// Where it begins, prefixes included, and where the next one does, in bytes.
    let start: Int
    let end: Int
  }

  init(_ version: PythonVersion) {
    self.version = version
    names = version.instructions
  }

  /// - Returns: nil where it is not this version that compiled the function.
  func words(_ code: PythonCode) -> [Word]? {
    guard hasLines(code) else { return nil }
    let bytes = code.bytes
    var words: [Word] = []
    var position = 0
    var start = 0
    var prefix = 0
    while position < bytes.count {
      guard let name = names[Int(bytes[position])] else { return nil }
      let takesArgument = bytes[position] >= version.firstWithArgument
      let size = version.isWordcode ? 2 : takesArgument ? 3 : 1
      guard position + size <= bytes.count else { return nil }
      var argument = size == 1 ? 0 : Int(bytes[position + 1])
      if size == 3 { argument |= Int(bytes[position + 2]) << 8 }
      // 3.10 leaves what an instruction was made of.
      if !takesArgument, argument != 0, version != .v310 { return nil }
      position += size
      if name == "EXTENDED_ARG" {
        prefix = (prefix | argument) << (version.isWordcode ? 8 : 16)
        if prefix > 1 << 30 { return nil }
        continue
      }
      argument |= prefix
      let cache = 2 * version.cacheCount(name)
      guard position + cache <= bytes.count, bytes[position..<position + cache].allSatisfy({ $0 == 0 })
      else { return nil }
      position += cache
      words.append(Word(name: name, argument: argument, start: start, end: position))
      (start, prefix) = (position, 0)
    }
    return start == bytes.count && begins(words) ? words : nil
  }

  /// From 3.11 on functions begin with `RESUME`, after instructions for their variables.
  private func begins(_ words: [Word]) -> Bool {
    if version < .v311 { return true }
    let first = words.first { !["COPY_FREE_VARS", "MAKE_CELL", "RETURN_GENERATOR", "POP_TOP"].contains($0.name) }
    return first?.name == "RESUME"
  }

  /// Whether the table of lines has the form that the version gives it.
  private func hasLines(_ code: PythonCode) -> Bool {
    if version >= .v311 {
      // Entries begin with a byte that has the highest bit, and their lengths in words.
      let words = code.lines.reduce(0) { $1 & 0x80 == 0 ? $0 : $0 + Int($1 & 7) + 1 }
      return words * 2 == code.bytes.count
    }
    // Pairs of distances in bytes and in lines: up to the end, or before 3.10 to where the last line begins.
    guard code.lines.count % 2 == 0 else { return false }
    let length = stride(from: 0, to: code.lines.count, by: 2).reduce(0) { $0 + Int(code.lines[$1]) }
    return version == .v310 ? length == code.bytes.count : length < code.bytes.count
  }
}
