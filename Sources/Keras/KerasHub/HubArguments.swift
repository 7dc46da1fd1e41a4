import JSON

/// The arguments of a constructor, as a class of KerasHub saves them in place of its layers.
struct HubArguments {
  let configuration: LayerConfiguration

  /// - Throws: where there is an argument that is not known, or one that is not followed: the class is of another version
  ///   than those that were compared, or not KerasHub's own.
  init(_ configuration: LayerConfiguration, known: Set<String>) throws(KerasError) {
    self.configuration = configuration
    let common: Set = ["name", "trainable", "dtype", "data_format"]
    for member in configuration.values.members
    where !known.contains(member.name) && !common.contains(member.name) && !member.value.isNull {
      throw configuration.identity.error(
        "its argument \"\(member.name)\" is not one that KerasHub 0.16 to 0.32 have",
        remedy: Self.remedy)
    }
    let policy = configuration["dtype"]
    let isPlain = policy.map { $0.string ?? $0["config"]?["name"]?.string ?? "" }
    if let isPlain,
      !["float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16"].contains(isPlain)
    {
      throw configuration.identity.error(
        "its dtype policy is not one of floats (\(policy?.shownText ?? "")): it may be quantized",
        remedy: "save the model before it is quantized")
    }
    if configuration["data_format"]?.string ?? "channels_last" != "channels_last" {
      throw configuration.error("data_format", "channels_last")
    }
  }

  /// What to do where the library makes other layers of the arguments than are known.
  static let remedy =
    "load it with the library that wrote it, and save the layers instead: put "
    + "keras.Model(backbone.inputs, backbone.outputs) in the place of the backbone"

  /// Whether the model was not frozen.
  var isTrainable: Bool { configuration["trainable"]?.bool ?? true }

  func has(_ key: String) -> Bool { configuration[key] != nil }
  func integer(_ key: String) throws(KerasError) -> Int { try limited([configuration.integer(key)], key)[0] }
  func number(_ key: String) throws(KerasError) -> Double { try configuration.number(key) }
  func integers(_ key: String) throws(KerasError) -> [Int] { try limited(configuration.integers(key), key) }
  func numbers(_ key: String) throws(KerasError) -> [Double] { try configuration.numbers(key) }
  func string(_ key: String) throws(KerasError) -> String { try configuration.string(key) }

  func bool(_ key: String, default fallback: Bool) throws(KerasError) -> Bool {
    try configuration.bool(key, default: fallback)
  }

  func error(_ key: String, _ expected: String) -> KerasError { configuration.error(key, expected) }

  /// A function's name, or the object that Keras describes it by; null: none.
  func function(_ key: String) -> JSONValue { configuration[key] ?? .null }

  /// A list of anything.
  func list(_ key: String) throws(KerasError) -> [JSONValue] {
    guard let list = configuration[key]?.unwrapped.array else { throw error(key, "a list") }
    return list.map(\.unwrapped)
  }

  /// A list of lists.
  func lists(_ key: String) throws(KerasError) -> [[JSONValue]] {
    var lists: [[JSONValue]] = []
    for element in try list(key) {
      guard let inner = element.array else { throw error(key, "a list of lists") }
      lists.append(inner.map(\.unwrapped))
    }
    return lists
  }

  /// A list of lists of whole numbers.
  func integerLists(_ key: String) throws(KerasError) -> [[Int]] {
    try lists(key).map { list throws(KerasError) in
      guard let integers = list.allIntegers else { throw error(key, "a list of lists of whole numbers") }
      return try limited(integers, key)
    }
  }

  /// How often something is repeated, for each entry of a list.
  func repeats(_ key: String) throws(KerasError) -> [Int] { try limited(repeats: integers(key), key) }

  /// The same of numbers that were computed.
  func limited(repeats: [Int], _ key: String) throws(KerasError) -> [Int] {
    guard repeats.allSatisfy({ $0 >= 0 }), repeats.reduce(0, +) <= 1 << 12 else {
      throw error(key, "numbers of layers, not more than \(1 << 12) together")
    }
    return repeats
  }

  /// Numbers with which can be computed.
  private func limited(_ integers: [Int], _ key: String) throws(KerasError) -> [Int] {
    guard integers.count <= 1 << 12, integers.allSatisfy({ (-1 << 20...1 << 20).contains($0) }) else {
      throw error(key, "no number beyond \(1 << 20), and not more than \(1 << 12) of them")
    }
    return integers
  }

  /// The shape of the images: height, width and channels.
  func imageShape(_ key: String = "image_shape") throws(KerasError) -> [Int?] {
    guard let shape = try configuration.shape(key), shape.count == 3,
      shape.allSatisfy({ (1...1 << 16).contains($0 ?? 1) })
    else {
      throw error(key, "a height, a width and a number of channels")
    }
    // The format of images is a setting of Keras, of which the file tells nothing else.
    if let channels = shape[0], channels <= 4, shape[2] ?? 0 > 4 {
      throw error(key, "that of channels-last images")
    }
    return shape
  }

  /// The same, of a model that fixes height and width.
  func fixedImageShape() throws(KerasError) -> (height: Int, width: Int, channels: Int) {
    let shape = try imageShape()
    guard let height = shape[0], let width = shape[1], let channels = shape[2] else {
      throw error("image_shape", "a height, a width and a number of channels that are known")
    }
    return (height, width, channels)
  }

  /// A number of channels that was computed from an argument, cut as Python's `int` does.
  func rounded(_ number: Double, _ key: String) throws(KerasError) -> Int {
    guard number.isFinite, abs(number) < 1e6 else { throw error(key, "a number that gives channels") }
    return Int(number)
  }

  /// Checks that lists are equally long.
  /// - Returns: how long.
  func count(_ counts: [(key: String, count: Int)]) throws(KerasError) -> Int {
    for (key, count) in counts where count != counts[0].count {
      throw error(key, "as many values as \"\(counts[0].key)\" has, \(counts[0].count)")
    }
    return counts.first?.count ?? 0
  }
}
