import JSON

/// What is taken from a model's output.
public struct OutputConfiguration: Sendable, Equatable {
  /// The most labels that are named.
  public var top: Int
  /// 0...1: labels that score less are not named. 0: all are.
  public var threshold: Double
  /// Whether several labels may be right at once: then all that reach the threshold are named.
  public var multiLabel: Bool

  /// - Parameters:
  ///   - top: nil: 1, or all for `multiLabel`.
  ///   - threshold: nil: 0, or 0.5 for `multiLabel`.
  public init(top: Int? = nil, threshold: Double? = nil, multiLabel: Bool = false) {
    self.top = top ?? (multiLabel ? Int.max : 1)
    self.threshold = threshold ?? (multiLabel ? 0.5 : 0)
    self.multiLabel = multiLabel
  }

  init(_ model: ConfigurationSection) throws(ConfigurationError) {
    guard let section = try model.section("output", keys: ["top", "threshold", "multiLabel"]) else {
      self.init()
      return
    }
    let top = try section.number("top").map { Int(exactly: $0) ?? 0 }
    if let top, top < 1 {
      throw section.error("top", "a whole number of at least 1 should be here")
    }
    let threshold = try section.number("threshold")
    if let threshold, !(0...1).contains(threshold) {
      throw section.error("threshold", "a number from 0 to 1 should be here")
    }
    self.init(
      top: top, threshold: threshold,
      multiLabel: try section.bool("multiLabel") ?? false)
  }

  /// Whether more than the best label is written.
  var namesSeveral: Bool { multiLabel || top > 1 }

  var canonical: JSONValue {
    ["top": .integer(top), "threshold": .real(threshold), "multiLabel": .bool(multiLabel)]
  }
}
