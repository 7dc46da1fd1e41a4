/// A text with one label a line. Where every line begins with a number, these may be the outputs' (`0 cat`, `0: cat`),
/// from 0 or from 1 and in any order, or belong to the labels (`20 km/h`).
struct LabelLines {
  private let lines: [String]
  private let place: ConfigurationPlace

  /// - Parameter bytes: UTF-8; blanks around a label and empty lines at the end do not count.
  init(_ bytes: [UInt8], _ place: ConfigurationPlace) throws(ConfigurationError) {
    self.place = place
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    guard let text = String(validating: bytes.dropFirst(bytes.starts(with: mark) ? 3 : 0), as: UTF8.self)
    else { throw place.error("it is not UTF-8 text") }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map(Self.trimmed)
    while lines.last?.isEmpty == true { lines.removeLast() }
    self.lines = lines
  }

  func labels() throws(ConfigurationError) -> [String] {
    let numbered = lines.compactMap { Numbered($0) }
    if numbered.count == lines.count, !lines.isEmpty, let labels = try labels(numbered) {
      return try checked(labels)
    }
    // `cat,1`: whose labels would be read in the order of the lines.
    if Self.numberOutputs(lines.compactMap(Self.lastNumber), count: lines.count) {
      throw place.error(
        "each line ends with a number, as if it were the label's output: write a list, or an object from label to "
          + "output, in a .json file")
    }
    return try checked(lines)
  }

  /// Labels without the numbers of their outputs; nil: the numbers belong to the labels.
  private func labels(_ numbered: [Numbered]) throws(ConfigurationError) -> [String]? {
    let indices = numbered.map(\.index)
    let hasFractions = numbered.contains(where: \.isFraction)
    guard
      Self.numberOutputs(indices, count: lines.count)
        || !hasFractions && indices.allSatisfy({ $0 <= lines.count })
    else { return nil }
    let labels = numbered.sorted { $0.index < $1.index }.map(\.label)
    guard Self.numberOutputs(indices, count: lines.count), !hasFractions,
      Set(numbered.map(\.separator)).count == 1,
      Labels.duplicates(labels).isEmpty
    else {
      throw place.error(
        "each line begins with a number, but as outputs these are not 0 to \(lines.count - 1), or 1 to \(lines.count), "
          + "each with its own label, and the same sign between: correct the lines, or, where the numbers belong to "
          + "the labels, write a list in a .json file")
    }
    return labels
  }

  /// Whether numbers name as many outputs, each once, from 0 or from 1.
  private static func numberOutputs(_ numbers: [Int], count: Int) -> Bool {
    let sorted = numbers.sorted()
    return count > 0 && (sorted == Array(0..<count) || sorted == Array(1...count))
  }

  private func checked(_ labels: [String]) throws(ConfigurationError) -> [String] {
    for label in labels {
      guard let problem = Labels.problem(label) else { continue }
      let line = lines.firstIndex { label.isEmpty ? $0.isEmpty : $0.hasSuffix(label) } ?? 0
      throw ConfigurationError(file: place.file, place: "line \(line + 1)", reason: problem)
    }
    return labels
  }

  /// The number of a line as `cat,1`; nil: it has no such.
  private static func lastNumber(_ line: String) -> Int? {
    guard let separator = line.lastIndex(where: { Numbered.signs.contains($0) || $0 == "\t" }),
      separator > line.startIndex
    else { return nil }
    return Int(trimmed(line[line.index(after: separator)...]))
  }

  fileprivate static func trimmed(_ line: Substring) -> String {
    var line = line
    while line.first?.isWhitespace == true { line.removeFirst() }
    while line.last?.isWhitespace == true { line.removeLast() }
    return String(line)
  }
}

/// A line as `0 cat` or `0: cat`.
private struct Numbered {
  let index: Int
  /// A blank stands for all of them.
  let separator: Character
  let label: String
  /// Whether it may be a label that begins with a number as `0,5` or `1:10`.
  let isFraction: Bool

  static let signs: Set<Character> = [":", ",", ";", "=", ".", ")"]

  /// nil: the line has another form.
  init?(_ line: String) {
    var index = 0
    var rest = line[...]
    // Digits of any script.
    while let digit = rest.first?.decimalDigit {
      let (product, isTooLarge) = index.multipliedReportingOverflow(by: 10)
      if isTooLarge || product > Int.max - digit { return nil }
      index = product + digit
      rest.removeFirst()
    }
    guard rest.startIndex > line.startIndex, let next = rest.first(where: { !$0.isWhitespace }) else {
      return nil
    }
    if Self.signs.contains(next) {
      separator = next
      rest = rest.drop { $0.isWhitespace }.dropFirst()
    } else {
      guard rest.first?.isWhitespace == true else { return nil }
      separator = " "
    }
    isFraction = separator != " " && rest.first?.decimalDigit != nil
    self.index = index
    label = LabelLines.trimmed(rest)
    if label.isEmpty { return nil }
  }
}

extension Character {
  /// The value of a decimal digit; nil: it is not a digit.
  fileprivate var decimalDigit: Int? {
    guard unicodeScalars.count == 1, unicodeScalars.first?.properties.generalCategory == .decimalNumber else {
      return nil
    }
    return wholeNumberValue
  }
}
