import Foundation
import JSON

/// What `--json` prints: one document on stdout, keys in alphabetical order.
enum JSONOutput {
  static func print(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // JSON has no such numbers.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    // Foundation leaves some control characters in texts as they are.
    Terminal.show(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
