import JSON

/// A layer's `config`, read key by key; errors name the layer, its class and the key.
///
/// A key whose value is null counts as absent. Files of Keras 1 have their keys renamed to Keras 2's before.
struct LayerConfiguration: Sendable {
  let identity: LayerIdentity
  /// The Keras that wrote the file: defaults and meanings depend on it.
  let version: KerasVersion
  private(set) var values: JSONObject
  /// What the file has of each kernel within an attention layer, whose configuration does not say.
  var savedKernels = KernelVariables.plain

  /// The value of a key; nil: absent or null.
  subscript(key: String) -> JSONValue? {
    guard let value = values[key], !value.isNull else { return nil }
    return value
  }

  /// The same with other values of some keys.
  func replacing(_ members: [JSONObject.Member]) -> LayerConfiguration {
    var changed = self
    changed.values = values.replacing(members)
    return changed
  }

  /// A fault in the value of a key.
  func error(_ key: String, _ expected: String) -> KerasError {
    guard let value = self[key] else {
      return identity.error("its configuration has no \"\(key)\", which must be \(expected)")
    }
    return identity.error("its configuration's \"\(key)\" is \(value.shownText), it must be \(expected)")
  }

  private func require<T>(_ key: String, _ value: T?, _ expected: String) throws(KerasError) -> T {
    guard let value else { throw error(key, expected) }
    return value
  }

  func integer(_ key: String) throws(KerasError) -> Int {
    try require(key, self[key]?.integer, "a whole number")
  }

  func integer(_ key: String, default fallback: Int) throws(KerasError) -> Int {
    self[key] == nil ? fallback : try integer(key)
  }

  /// A whole number that may be absent.
  func optionalInteger(_ key: String) throws(KerasError) -> Int? {
    self[key] == nil ? nil : try integer(key)
  }

  func number(_ key: String) throws(KerasError) -> Double {
    // Keras saves numbers that were numpy arrays of one value as {"class_name": "__numpy__"...} or a list.
    try require(key, self[key]?.scalar, "a number")
  }

  func number(_ key: String, default fallback: Double) throws(KerasError) -> Double {
    self[key] == nil ? fallback : try number(key)
  }

  /// A number that may be absent.
  func optionalNumber(_ key: String) throws(KerasError) -> Double? {
    self[key] == nil ? nil : try number(key)
  }

  func bool(_ key: String, default fallback: Bool) throws(KerasError) -> Bool {
    guard let value = self[key] else { return fallback }
    if let integer = value.integer { return integer != 0 }
    return try require(key, value.bool, "true or false")
  }

  func string(_ key: String) throws(KerasError) -> String {
    try require(key, self[key]?.string, "a string")
  }

  func string(_ key: String, default fallback: String) throws(KerasError) -> String {
    self[key] == nil ? fallback : try string(key)
  }

  /// A list of whole numbers; a single one counts as a list of one.
  func integers(_ key: String) throws(KerasError) -> [Int] {
    let value = self[key]?.unwrapped
    let list = value?.integer.map { [$0] } ?? value?.array?.allIntegers
    return try require(key, list, "a list of whole numbers")
  }

  func integers(_ key: String, default fallback: [Int]) throws(KerasError) -> [Int] {
    self[key] == nil ? fallback : try integers(key)
  }

  /// A list of numbers of any nesting, flattened; a single one counts as a list of one.
  func numbers(_ key: String) throws(KerasError) -> [Double] {
    try require(key, self[key]?.unwrapped.flattenedNumbers, "a number or a list of numbers")
  }

  /// As many whole numbers as a layer has spatial axes; a single one stands for all.
  func spatial(_ key: String, rank: Int, default fallback: Int? = nil) throws(KerasError) -> [Int] {
    if self[key] == nil, let fallback { return Array(repeating: fallback, count: rank) }
    let values = try integers(key)
    if values.count == 1 { return Array(repeating: values[0], count: rank) }
    guard values.count == rank else { throw error(key, "\(rank) whole numbers") }
    return values
  }

  /// A shape; null sizes are unknown.
  func shape(_ key: String) throws(KerasError) -> [Int?]? {
    guard let value = self[key]?.unwrapped else { return nil }
    guard let shape = value.shape else { throw error(key, "a list of whole numbers and null") }
    return shape
  }
}

extension JSONValue {
  /// The value for messages; only the kind of one that is long.
  var shownText: String {
    switch self {
    case .object: kind
    case .array(let elements) where elements.count > 8: kind
    default: String(text.prefix(80))
    }
  }

  /// Without the object by which Keras keeps tuples, shapes and arrays apart from lists.
  var unwrapped: JSONValue {
    switch self["class_name"]?.string {
    case "__tuple__", "TensorShape": return self["items"] ?? self["config"] ?? self
    case "__numpy__", "__tensor__": return self["config"]?["value"] ?? self
    default: return self
    }
  }

  /// A number, or a list that holds just one.
  fileprivate var scalar: Double? {
    if let real { return real }
    guard let numbers = unwrapped.flattenedNumbers, numbers.count == 1 else { return nil }
    return numbers[0]
  }

  /// Sizes of axes; null ones are unknown.
  var shape: [Int?]? {
    guard let array else { return nil }
    var shape: [Int?] = []
    for element in array {
      if let size = element.integer {
        shape.append(size)
      } else if element.isNull {
        shape.append(nil)
      } else {
        return nil
      }
    }
    return shape
  }

  /// All numbers of a list of any nesting.
  var flattenedNumbers: [Double]? {
    if let real { return [real] }
    guard let array else { return nil }
    var numbers: [Double] = []
    for element in array {
      guard let inner = element.flattenedNumbers else { return nil }
      numbers += inner
    }
    return numbers
  }
}

extension JSONObject {
  /// The same with other values of some members, or further ones.
  func replacing(_ members: [Member]) -> JSONObject {
    JSONObject(self.members.filter { own in !members.contains { $0.name == own.name } } + members)
  }
}

extension [JSONValue] {
  /// All elements as whole numbers; nil: one is not a whole number.
  var allIntegers: [Int]? {
    let integers = compactMap(\.integer)
    return integers.count == count ? integers : nil
  }
}
