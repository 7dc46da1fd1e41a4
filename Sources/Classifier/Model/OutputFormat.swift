import Glibc
import Inference

/// How scores are made of a model's output.
struct OutputFormat: Equatable {
  /// How many outputs there are.
  let count: Int
  let activation: OutputConfiguration.Activation
  /// Whether each score is a probability: known from the model, or stated where the model does not tell.
  let isProbability: Bool

  /// Fits a configuration to a model's output.
  /// - Parameters:
  ///   - name: the output's.
  ///   - shape: batch included.
  ///   - kind: what the model's last activation makes it.
  ///   - head: says how another output is chosen, for errors.
  /// - Throws: when the output is not a list of scores, or it is not known how to compute scores from it.
  init(
    name: String, shape: [Int], kind: OutputKind, activation: OutputConfiguration.Activation?, head: String
  ) throws(ClassifierError) {
    func failure(_ reason: String) -> ClassifierError {
      var error = ClassifierError(.configuration, reason: reason)
      error.isLasting = true
      return error
    }
    let sizes = shape.dropFirst()
    count = sizes.reduce(1, *)
    guard sizes.count(where: { $0 != 1 }) <= 1 else {
      throw failure(
        "its output \"\(name)\" is \(sizes.map(String.init).joined(separator: "x")), a map, not a list with a score "
          + "for each class: save the model with its classifying layers (include_top=True), or \(head)")
    }
    let output = count == 1 ? "its one output" : "its \(count) outputs"
    switch (kind, activation) {
    case (.unbounded, nil):
      throw failure(
        "\(output), \"\(name)\", can have any size, as no activation follows, so that they are not probabilities: "
          + "set output.activation to "
          + (count == 1
            ? "sigmoid, which makes a probability of a single logit"
            : "softmax, where one label of an image is right (trained by CategoricalCrossentropy with from_logits=True), "
              + "or sigmoid, where each may be right or not (BinaryCrossentropy)")
          + "; none takes them as they are")
    case (.exponential, nil), (.exponential, .softmax?), (.exponential, .sigmoid?):
      throw failure(
        "\(output), \"\(name)\", \(count == 1 ? "comes" : "come") from an exponential and can have any size above 0: train the "
          + "model with softmax or sigmoid in its place; output.activation none takes them as they are")
    case (.softmax, .softmax?), (.softmax, .sigmoid?), (.sigmoid, .softmax?), (.sigmoid, .sigmoid?):
      throw failure(
        "\(output), \"\(name)\", \(count == 1 ? "comes" : "come") from a \(kind) already, and another one spoils the scores: "
          + "leave output.activation out")
    case (_, .softmax?) where count == 1:
      throw failure("the softmax of one output is always 1: set output.activation to sigmoid")
    case (.softmax, nil) where count == 1:
      throw failure(
        "its one output, \"\(name)\", comes from a softmax, which is always 1 for one value: train the model with sigmoid"
      )
    default: break
    }
    self.activation = activation ?? .asTheyAre
    isProbability =
      kind == .softmax || kind == .sigmoid || activation == .sigmoid || activation == .softmax
      || kind == .unknown && activation == .asTheyAre
  }

  /// The scores that outputs stand for.
  func scores(_ outputs: some Collection<Float>) -> [Float] {
    switch activation {
    case .asTheyAre: return Array(outputs)
    case .sigmoid: return outputs.map { Float(1 / (1 + exp(-Double($0)))) }
    case .softmax:
      let largest = Double(outputs.max() ?? 0)
      let powers = outputs.map { exp(Double($0) - largest) }
      let sum = powers.reduce(0, +)
      return powers.map { Float($0 / sum) }
    }
  }
}
