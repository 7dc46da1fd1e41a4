import Foundation

/// JSON answers.
enum JSON {
  private static let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()

  /// Encodes a value whose parts are all strings, whole numbers, booleans, arrays and objects: that cannot
  /// fail.
  static func encode(_ value: some Encodable) -> Data { (try? encoder.encode(value)) ?? Data("null".utf8) }
}
