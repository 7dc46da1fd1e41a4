/// What is to be written to an object: an entry for each model that looks at it.
struct Results {
  struct Entry {
    let names: ResultNames
    /// The best first.
    let labels: [Classification.Label]
    /// Whether more than the best label is written.
    let namesSeveral: Bool
    /// Why there are no labels, of an image that can never have any.
    let error: String?
  }

  let entries: [Entry]

  init(_ findings: [Finding], prefix: String) {
    entries = findings.map { finding in
      Entry(
        names: ResultNames(model: finding.model.name, prefix: prefix), labels: finding.labels,
        namesSeveral: finding.model.output.namesSeveral, error: nil)
    }
  }

  /// Of an image that none of the models can ever read.
  init(unusable reason: String, _ models: [ModelConfiguration], prefix: String) {
    entries = models.map { model in
      Entry(
        names: ResultNames(model: model.name, prefix: prefix), labels: [], namesSeveral: false, error: reason)
    }
  }
}

/// Names and values as they are written, the marker excepted.
typealias WrittenResults = [(name: String, value: String)]
