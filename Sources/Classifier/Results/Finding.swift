import JSON

/// What one model says of an object.
struct Finding: Equatable {
  let model: ModelConfiguration
  /// The best first; empty where none reaches the threshold.
  let labels: [Classification.Label]

  /// As written to the answer and the log.
  var json: JSONValue {
    .array(
      labels.map { ["label": .string($0.label), "score": .real((Double($0.score) * 1e4).rounded() / 1e4)] })
  }
}

extension Classification.Label {
  /// Four decimals.
  var scoreText: String { Decimal.text(Double(score), places: 4) }
}

/// Numbers as text.
enum Decimal {
  /// - Parameter places: after the point.
  static func text(_ value: Double, places: Int) -> String {
    var power = 1
    for _ in 0..<places { power *= 10 }
    let scaled = (value * Double(power)).rounded()
    guard let integer = Int(exactly: scaled) else { return "\(value)" }
    let fraction = String(integer.magnitude % UInt(power))
    return (integer < 0 ? "-" : "") + "\(integer.magnitude / UInt(power))."
      + String(repeating: "0", count: places - fraction.count) + fraction
  }
}
