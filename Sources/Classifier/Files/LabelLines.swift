/// A text with one label a line. Where every line begins with a number, these may be the outputs' (`0 cat`), or belong
/// to the labels (`20 km/h`).
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
    for (index, line) in lines.enumerated() {
      if let problem = Labels.problem(line) {
        throw ConfigurationError(file: place.file, place: "line \(index + 1)", reason: problem)
      }
    }
  }

  func labels() throws(ConfigurationError) -> [String] {
    let numbered = lines.compactMap(Self.numbered)
    let isEachOutput = numbered.map(\.index).sorted() == Array(lines.indices)
    // Numbers that start elsewhere, as in `20 km/h`, belong to the labels, unless they are the outputs in another order.
    guard numbered.count == lines.count, let first = numbered.first?.index,
      isEachOutput || first <= 1 && numbered.allSatisfy({ $0.index <= lines.count })
    else { return lines }
    let labels = numbered.sorted { $0.index < $1.index }.map(\.label)
    guard isEachOutput, Labels.duplicates(labels).isEmpty else {
      throw place.error(
        "each line begins with a number, but as outputs these are not 0 to \(lines.count - 1) with a label of its own "
          + "each: mend the numbers, or, where they belong to the labels, write a list in a .json file")
    }
    return labels
  }

  /// The parts of `0 cat`; nil: the line is no such.
  private static func numbered(_ line: String) -> (index: Int, label: String)? {
    let digits = line.prefix { ("0"..."9").contains($0) }
    let label = trimmed(line[digits.endIndex...])
    guard let index = Int(digits), line[digits.endIndex...].first?.isWhitespace == true, !label.isEmpty
    else { return nil }
    return (index, label)
  }

  private static func trimmed(_ line: Substring) -> String {
    var line = line
    while line.first?.isWhitespace == true { line.removeFirst() }
    while line.last?.isWhitespace == true { line.removeLast() }
    return String(line)
  }
}
