import JSON

/// Label files: a `.json` file is a list of texts, any other has one label a line.
enum Labels {
  static func read(_ bytes: [UInt8], from reference: FileReference) throws(ConfigurationError) -> [String] {
    let file = reference.text
    let isList = reference.name.lowercased().hasSuffix(".json")
    let labels = isList ? try list(bytes, file) : try lines(bytes, file)
    guard !labels.isEmpty else { throw ConfigurationError(file: file, reason: "there are no labels in it") }
    return labels
  }

  private static func lines(_ bytes: [UInt8], _ file: String) throws(ConfigurationError) -> [String] {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    guard let text = String(validating: bytes.dropFirst(bytes.starts(with: mark) ? 3 : 0), as: UTF8.self)
    else { throw ConfigurationError(file: file, reason: "it is not UTF-8 text") }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { trimmed($0) }
    while lines.last?.isEmpty == true { lines.removeLast() }
    for (index, line) in lines.enumerated() {
      if let problem = problem(line) {
        throw ConfigurationError(file: file, place: "line \(index + 1)", reason: problem)
      }
    }
    return lines
  }

  private static func list(_ bytes: [UInt8], _ file: String) throws(ConfigurationError) -> [String] {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(bytes, dialect: .json5)
    } catch {
      throw ConfigurationError(file: file, reason: "\(error)")
    }
    guard case .array(let values) = value else {
      throw ConfigurationError(file: file, reason: "a list of strings should be here, not \(value.kind)")
    }
    var labels: [String] = []
    for (index, value) in values.enumerated() {
      guard case .string(let label) = value else {
        throw ConfigurationError(
          file: file, place: "[\(index)]", reason: "a label is a string, not \(value.kind)")
      }
      if let problem = problem(label) {
        throw ConfigurationError(file: file, place: "[\(index)]", reason: problem)
      }
      labels.append(label)
    }
    return labels
  }

  private static func trimmed(_ line: Substring) -> String {
    var line = line
    while line.first?.isWhitespace == true { line.removeFirst() }
    while line.last?.isWhitespace == true { line.removeLast() }
    return String(line)
  }

  /// Why a text cannot be a label; nil: it can.
  static func problem(_ label: String) -> String? {
    if label.isEmpty { return "a label is empty" }
    if label.utf8.count > 256 { return "a label is longer than 256 bytes" }
    if label.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      return "a label has a control character"
    }
    return nil
  }
}
