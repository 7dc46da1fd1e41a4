/// A text as a key: two are the same only where their bytes are.
///
/// Strings of Swift are the same where they mean the same letters: `é` may be one character of Unicode or two, of which
/// files, JSON and S3 make two names.
public struct ByteKey: Hashable, Sendable {
  public let text: String

  public init(_ text: some StringProtocol) { self.text = String(text) }

  public static func == (a: ByteKey, b: ByteKey) -> Bool { a.text.isSameBytes(as: b.text) }

  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    // No byte of UTF-8: ends the text.
    hasher.combine(UInt8.max)
  }
}

/// In the order of the code points, as Python has it.
extension ByteKey: Comparable {
  public static func < (a: ByteKey, b: ByteKey) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }
}

extension StringProtocol {
  public func isSameBytes(as other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }
}
