/// The names that a model's results are written to.
struct ResultNames: Equatable {
  /// The best label.
  let label: String
  /// Its score.
  let score: String
  /// The best labels with their scores, where more than one is asked for.
  let top: String
  /// Why there are no results, of an image that can never have any.
  let error: String

  init(model: String, prefix: String) {
    label = prefix + model
    score = label + "-score"
    top = label + "-top"
    error = label + "-error"
  }

  var all: [String] { [label, score, top, error] }
}
