import JSON

/// What is taken from a model's output.
public struct OutputConfiguration: Sendable, Equatable {
  /// Which output of a model that has several; nil: the first.
  public var head: Head?
  /// The most labels that are named; nil: 1, or all for `multiLabel`.
  public var top: Int?
  /// 0...1: labels with a lower score are not written; nil: 0, which names all, or 0.5 for `multiLabel`.
  public var threshold: Double?
  /// Whether several labels can be right at once: then all that reach the threshold are named.
  public var multiLabel: Bool
  /// How scores are computed from the model's output; nil: the model does so itself.
  public var activation: Activation?

  /// An output of a model.
  public enum Head: Sendable, Equatable {
    /// By the name of the layer that gives it (in Keras 3 of a model whose outputs are a dictionary: by the key).
    case name(String)
    /// By its place, from 0.
    case index(Int)
  }

  /// As `keras.activations` has them.
  public enum Activation: String, Sendable, CaseIterable {
    case softmax, sigmoid
    /// Outputs are scores as they are.
    case asTheyAre = "none"
  }

  public init(
    head: Head? = nil, top: Int? = nil, threshold: Double? = nil, multiLabel: Bool = false,
    activation: Activation? = nil
  ) {
    self.head = head
    self.top = top
    self.threshold = threshold
    self.multiLabel = multiLabel
    self.activation = activation
  }

  /// The most labels that are named.
  var labelLimit: Int { top ?? (multiLabel ? .max : 1) }
  /// What a label must score to be named; 0: all are.
  var leastScore: Double { threshold ?? (multiLabel ? 0.5 : 0) }
  /// Whether more than the best label is written.
  var namesSeveral: Bool { multiLabel || labelLimit > 1 }
}

extension OutputConfiguration: ConfigurationSection {
  /// Public as the command line has options that mean the same.
  public enum Keys {
    public static let head = ConfigurationKey<OutputConfiguration>(
      "head", \.head, .optional(.head), .results,
      text: "which output to use if the model has several: its layer's name, or its number from 0",
      fallback: "the first")
    public static let top = ConfigurationKey<OutputConfiguration>(
      "top", \.top, .optional(.whole(from: 1)), .results, text: "the largest number of labels to write",
      fallback: "1; all with `multiLabel`", canonical: { .integer($0.labelLimit) })
    static let threshold = ConfigurationKey<OutputConfiguration>(
      "threshold", \.threshold, .optional(.share), .results,
      text: "labels with a lower score are not written",
      fallback: "0; 0.5 with `multiLabel`", canonical: { .real($0.leastScore) })
    static let multiLabel = ConfigurationKey<OutputConfiguration>(
      "multiLabel", \.multiLabel, .flag, .results, text: "several labels can be right at once",
      fallback: "`false`")
    public static let activation = ConfigurationKey<OutputConfiguration>(
      "activation", \.activation, .optional(.word), .resultsUnlessDefault,
      text: """
        how to compute scores if the model ends in logits (trained with `from_logits=True`): `softmax` if exactly one \
        label is right, `sigmoid` for a single output or if each label can be right or not; `none` uses the outputs unchanged
        """, fallback: "the model's own, if it has one; else it is needed")
  }

  static let keys = [Keys.head, Keys.top, Keys.threshold, Keys.multiLabel, Keys.activation]

  public init() { self.init(head: nil) }
}

extension ConfigurationType<OutputConfiguration.Head> {
  fileprivate static let head = Self(
    read: { value, place throws(ConfigurationError) in
      if case .string(let name) = value { return .name(name) }
      guard let index = value.integer, index >= 0 else {
        throw place.error("the name of an output's layer, or a whole number from 0, should be here")
      }
      return .index(index)
    },
    write: { head in
      switch head {
      case .name(let name): .string(name)
      case .index(let index): .integer(index)
      }
    })
}
