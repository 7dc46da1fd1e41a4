import Classifier

/// What the models say of an image.
struct ImageResult: Encodable {
  struct Label: Encodable {
    var label: String
    var score: Float
  }

  struct Model: Encodable {
    var name: String
    /// The best first.
    var labels: [Label]
    var decodeMilliseconds, runMilliseconds: Double

    init(name: String, _ classification: Classification) {
      self.name = name
      labels = classification.labels.map { Label(label: $0.label, score: $0.score) }
      decodeMilliseconds = classification.decodeMilliseconds
      runMilliseconds = classification.runMilliseconds
    }
  }

  var image: String
  var models: [Model] = []
  /// Why there is nothing.
  var error: String?

  init(image: String) { self.image = image }

  /// A line for each label; the names only where they change.
  static func table(_ results: [ImageResult]) -> String {
    var table = Table(("image", .left), ("model", .left), ("label", .left), ("score", .right), ("ms", .right))
    for result in results {
      var image = result.image
      for model in result.models {
        var (name, time) = (model.name, Format.fixed(model.decodeMilliseconds + model.runMilliseconds, 1))
        let labels = model.labels.map { ($0.label, Format.fixed(Double($0.score), 4)) }
        for (label, score) in labels.isEmpty ? [("-", "")] : labels {
          table.add(image, name, label, score, time)
          (image, name, time) = ("", "", "")
        }
      }
    }
    return table.text
  }
}
