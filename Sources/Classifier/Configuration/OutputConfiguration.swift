import JSON

/// What is taken from a model's output.
public struct OutputConfiguration: Sendable, Equatable {
  /// Which output of a model that has several; nil: the first.
  public var head: Head?
  /// The most labels that are named.
  public var top: Int
  /// 0...1: labels that score less are not named. 0: all are.
  public var threshold: Double
  /// Whether several labels may be right at once: then all that reach the threshold are named.
  public var multiLabel: Bool

  /// An output of a model.
  public enum Head: Sendable, Equatable {
    /// By the name of the layer that gives it (in Keras 3 of a model whose outputs are a dictionary: by the key).
    case name(String)
    /// By its place, from 0.
    case index(Int)
  }

  /// - Parameters:
  ///   - head: nil: the first.
  ///   - top: nil: 1, or all for `multiLabel`.
  ///   - threshold: nil: 0, or 0.5 for `multiLabel`.
  public init(
    head: Head? = nil, top: Int? = nil, threshold: Double? = nil, multiLabel: Bool = false
  ) {
    self.head = head
    self.top = top ?? (multiLabel ? Int.max : 1)
    self.threshold = threshold ?? (multiLabel ? 0.5 : 0)
    self.multiLabel = multiLabel
  }

  init(_ model: ConfigurationSection) throws(ConfigurationError) {
    guard let section = try model.section("output", keys: ["head", "top", "threshold", "multiLabel"]) else {
      self.init()
      return
    }
    var head: Head?
    switch section.value("head") {
    case nil: break
    case .string(let name): head = .name(name)
    case let value?:
      guard let index = value.integer, index >= 0 else {
        throw section.error("head", "the name of an output's layer, or a whole number from 0, should be here")
      }
      head = .index(index)
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
      head: head, top: top, threshold: threshold,
      multiLabel: try section.bool("multiLabel") ?? false)
  }

  /// Whether more than the best label is written.
  var namesSeveral: Bool { multiLabel || top > 1 }

  var canonical: JSONValue {
    let head: JSONValue =
      switch head {
      case nil: .null
      case .name(let name): .string(name)
      case .index(let index): .integer(index)
      }
    return [
      "head": head, "top": .integer(top), "threshold": .real(threshold), "multiLabel": .bool(multiLabel),
    ]
  }
}
