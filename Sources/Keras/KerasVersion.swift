/// The Keras that wrote a file, as far as meanings differ between versions.
struct KerasVersion: Sendable {
  /// 1, 2 (standalone or tf.keras) or 3.
  let major: Int
  let minor: Int
  /// As the file has it, e.g. `2.2.4-tf`; empty when the file does not say.
  let text: String

  init(_ text: String) {
    self.text = text
    let numbers = text.split(separator: ".", maxSplits: 2).map { Int($0.prefix(while: \.isNumber)) ?? 0 }
    major = numbers.first ?? 0
    minor = numbers.count > 1 ? numbers[1] : 0
  }

  init(major: Int) {
    self.major = major
    minor = 0
    text = ""
  }

  /// Whether it is the given version or a later one.
  func isAtLeast(_ major: Int, _ minor: Int) -> Bool { (self.major, self.minor) >= (major, minor) }
}
