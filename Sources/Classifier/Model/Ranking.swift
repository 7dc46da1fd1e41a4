/// From a model's output to labels with scores.
struct Ranking {
  let labels: [String]
  let output: OutputConfiguration
  /// Whether the one output is the probability of the second of two labels.
  let isBinary: Bool

  /// - Parameters:
  ///   - labels: in the order of the outputs; empty: the outputs are numbered from 0. A model with one output,
  ///     which is the probability that something is the case, has one label, or two: of what is not the case,
  ///     then of what is.
  ///   - shape: the model's output, batch included.
  /// - Throws: when there are more or fewer labels than outputs.
  init(labels: [String], output: OutputConfiguration, shape: [Int]) throws(ClassifierError) {
    let count = shape.reduce(1, *)
    isBinary = count == 1 && labels.count == 2
    if labels.isEmpty {
      // The one output of two classes is the second's probability, as Keras numbers them.
      self.labels = count == 1 ? ["1"] : (0..<count).map(String.init)
    } else {
      guard labels.count == count || isBinary else {
        let outputs = "\(count) outputs (\(shape.dropFirst().map(String.init).joined(separator: "x")))"
        throw ClassifierError(
          .configuration, reason: "there are \(labels.count) labels, but the model has \(outputs)")
      }
      self.labels = labels
    }
    self.output = output
  }

  /// The labels that are named for these outputs, the best first; equal scores in the model's order.
  /// - Throws: when an output is no number.
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
    let scores = isBinary ? [1 - values[0], values[0]] : Array(values)
    let threshold = Float(output.threshold)
    let order = scores.indices.filter { output.threshold == 0 || scores[$0] >= threshold }
      .sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
    return order.prefix(output.top).map { Classification.Label(label: labels[$0], score: scores[$0]) }
  }
}
