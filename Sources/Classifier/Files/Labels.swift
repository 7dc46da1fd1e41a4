import JSON

/// Labels in the order of a model's outputs, in the forms in which training leaves them:
///
/// - a list of texts;
/// - an object from label to output, as `class_indices` of Keras' generators is: `{"cat": 0, "dog": 1}`;
/// - an object from output to label: `{"0": "cat", "1": "dog"}`, or to several names of which the second is the
///   readable one, as in `imagenet_class_index.json`: `{"0": ["n01440764", "tench"]}`;
/// - text with one label a line, each behind its output or none: `0 cat`, as Teachable Machine writes it, or `0: cat`.
enum Labels {
  /// - Parameter reference: a `.json` file has one of the first forms, any other is text.
  static func read(_ bytes: [UInt8], from reference: FileReference) throws(ConfigurationError) -> [String] {
    let place = ConfigurationPlace(file: reference.text)
    let isJSON = reference.name.lowercased().hasSuffix(".json")
    let labels = isJSON ? try of(json(bytes, place), place) : try LabelLines(bytes, place).labels()
    guard !labels.isEmpty else { throw place.error("there are no labels in it") }
    return labels
  }

  private static func json(
    _ bytes: [UInt8], _ place: ConfigurationPlace
  ) throws(ConfigurationError) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(bytes, dialect: .json5)
    } catch {
      throw place.error("\(error)")
    }
  }

  static func of(_ value: JSONValue, _ place: ConfigurationPlace) throws(ConfigurationError) -> [String] {
    switch value {
    case .array(let values):
      var labels: [String] = []
      for (index, value) in values.enumerated() { labels.append(try label(value, place[index])) }
      return labels
    case .object(let object):
      var numbered: [(index: Int, label: String)] = []
      for member in object.members { numbered.append(try entry(member, place[member.name])) }
      return try ordered(numbered, place)
    default: throw value.isNot("a list of strings, or an object of labels and their outputs,", place)
    }
  }

  /// A member of an object: its value tells which way round it is.
  private static func entry(
    _ member: JSONObject.Member, _ place: ConfigurationPlace
  ) throws(ConfigurationError) -> (index: Int, label: String) {
    if case .integer(let index) = member.value {
      return (index, try label(.string(member.name), place))
    }
    guard let index = Int(member.name), String(index) == member.name else {
      throw place.error(
        "the number of an output should be here, or before the colon, not \(member.value.kind)")
    }
    // `["n01440764", "tench"]`
    let names = member.value.array
    return (index, try label(names.flatMap { $0.count == 2 ? $0[1] : nil } ?? member.value, place))
  }

  /// Each output must have one label.
  private static func ordered(
    _ entries: [(index: Int, label: String)], _ place: ConfigurationPlace
  ) throws(ConfigurationError) -> [String] {
    var labels = [String?](repeating: nil, count: entries.count)
    for (index, label) in entries {
      guard labels.indices.contains(index) else {
        throw place.error(
          "label \"\(label)\" is of output \(index), but \(entries.count) labels are numbered from 0 to \(entries.count - 1)"
        )
      }
      if let other = labels[index] {
        throw place.error("\"\(other)\" and \"\(label)\" are both of output \(index)")
      }
      labels[index] = label
    }
    return labels.compactMap { $0 }
  }

  private static func label(
    _ value: JSONValue, _ place: ConfigurationPlace
  ) throws(ConfigurationError) -> String {
    guard case .string(let label) = value else {
      throw place.error("a label is a string, not \(value.kind)")
    }
    if let problem = problem(label) { throw place.error(problem) }
    return label
  }

  /// Labels that several outputs have, each once, in order. ImageNet has two: `crane` and `maillot`.
  static func duplicates(_ labels: [String]) -> [String] {
    var seen: Set<String> = []
    var named: Set<String> = []
    return labels.filter { !seen.insert($0).inserted && named.insert($0).inserted }
  }

  /// What is probably wrong with labels that can be used.
  static func warnings(_ labels: [String]) -> [String] {
    let twice = duplicates(labels).map { "\"\($0)\"" }
    if twice.isEmpty { return [] }
    let list = twice.joined(separator: ", ")
    return ["several outputs have the same label, which results cannot distinguish: \(list)"]
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
