/// From a model's output to labels with scores.
struct Ranking {
  let labels: [String]
  let output: OutputConfiguration
  let format: OutputFormat
  /// Whether the one output is the probability of the second of two labels.
  let isBinary: Bool

  /// - Parameters:
  ///   - labels: in the order of the outputs; empty: the outputs are numbered from 0. A model with one output,
  ///     which is the probability that something is the case, has one label, or two: of what is not the case,
  ///     then of what is.
  /// - Throws: when there are more or fewer labels than outputs, or two for one that is not a probability.
  init(labels: [String], output: OutputConfiguration, format: OutputFormat) throws(ClassifierError) {
    self.format = format
    let count = format.count
    isBinary = count == 1 && labels.count == 2
    if labels.isEmpty {
      // The one output of two classes is the second's probability, as Keras numbers them.
      self.labels = count == 1 ? ["1"] : (0..<count).map(String.init)
    } else {
      guard labels.count == count || isBinary else {
        let outputs = count == 1 ? "one output" : "\(count) outputs"
        throw ClassifierError(
          .configuration, reason: "there are \(labels.count) labels, but the model has \(outputs)")
      }
      if isBinary, labels[0] == labels[1] {
        throw ClassifierError(
          .configuration,
          reason: "both labels are \"\(labels[0])\": name the label for 0 first, then the label for 1")
      }
      if isBinary, !format.isProbability {
        throw ClassifierError(
          .configuration,
          reason:
            "two labels for its one output need a probability, and the model does not show that this is one: set "
            + "output.activation to sigmoid where it is a logit, to none where it is a probability, or name "
            + "one label")
      }
      self.labels = labels
    }
    self.output = output
  }

  /// The labels that are named for these outputs, the best first; equal scores in the model's order.
  /// - Throws: when an output is NaN, or not a probability where it stands for two labels.
  func callAsFunction(
    _ values: UnsafeMutableBufferPointer<Float>
  ) throws(ClassifierError) -> [Classification.Label] {
    let broken = values.count { !$0.isFinite }
    guard broken == 0 else {
      throw ClassifierError(
        .model,
        reason:
          "\(broken) of its \(values.count) outputs are NaN or infinite: the weights are damaged, or the "
          + "input is not what the model was trained on (see preprocess)")
    }
    var scores = format.scores(values)
    if isBinary {
      guard (0...1).contains(scores[0]) else {
        throw ClassifierError(
          .model,
          reason:
            "its one output is \(scores[0]), but two labels need a probability from 0 to 1: set output.activation "
            + "to sigmoid where it is a logit, or name one label")
      }
      scores = [1 - scores[0], scores[0]]
    }
    let threshold = Float(output.leastScore)
    let order = scores.indices.filter { output.leastScore == 0 || scores[$0] >= threshold }
      .sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
    return order.prefix(output.labelLimit).map { Classification.Label(label: labels[$0], score: scores[$0]) }
  }
}
