import System

/// RFC 2047's encoded words, which is how S3 shows and takes metadata that is not ASCII.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#UserMetadata
public enum MailSafeText {
  /// The longest encoded word, RFC 2047 section 2.
  private static let wordLimit = 75
  private static let prefixLength = "=?UTF-8?Q?".utf8.count + "?=".utf8.count

  /// ASCII stays as it is; anything else, and what would be taken for an encoded word, becomes encoded words:
  /// `Q` where most characters are ASCII, else `B`.
  public static func encode(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let plain = scalars.reduce(0) { $0 + (isPlain($1) ? 1 : 0) }
    guard plain < scalars.count || containsMark(text) else { return text }
    let usesQ = plain * 2 > scalars.count
    var words: [String] = []
    var word = ""
    // A character is never cut.
    for scalar in scalars {
      let longer = word + String(scalar)
      if !word.isEmpty, encodedWord(longer, usesQ).utf8.count > wordLimit {
        words.append(encodedWord(word, usesQ))
        word = String(scalar)
      } else {
        word = longer
      }
    }
    words.append(encodedWord(word, usesQ))
    return words.joined(separator: " ")
  }

  /// Encoded words in UTF-8, ASCII or ISO 8859-1 become what they stand for; everything else stays as it is.
  public static func decode(_ text: String) -> String {
    guard containsMark(text) else { return text }
    let bytes = Array(text.utf8)
    // Decoded only when whole: some senders cut a character between two words.
    var result: [UInt8] = []
    var plain: [UInt8] = []
    var followsWord = false
    var position = 0
    while position < bytes.count {
      guard let (word, end) = encodedWord(in: bytes, at: position) else {
        plain.append(bytes[position])
        position += 1
        continue
      }
      // White space between two words is not part of the text.
      if !followsWord || !plain.allSatisfy({ $0 == 32 || $0 == 9 }) { result += plain }
      plain = []
      result += word
      followsWord = true
      position = end
    }
    return String(decoding: result + plain, as: UTF8.self)
  }

  /// Whether a text may have encoded words.
  private static func containsMark(_ text: String) -> Bool {
    zip(text.utf8, text.utf8.dropFirst()).contains { $0 == UInt8(ascii: "=") && $1 == UInt8(ascii: "?") }
  }

  // MARK: One word

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool { (0x20...0x7e).contains(scalar.value) }

  private static func encodedWord(_ text: String, _ usesQ: Bool) -> String {
    "=?UTF-8?" + (usesQ ? "Q?" + encodeQ(text) : "B?" + Base64.encode(Array(text.utf8))) + "?="
  }

  /// Section 4.2.
  private static func encodeQ(_ text: String) -> String {
    let special = "=?_".utf8
    return text.utf8.map { byte in
      if byte == 32 { return "_" }
      if (0x21...0x7e).contains(byte), !special.contains(byte) { return String(Unicode.Scalar(byte)) }
      return "=" + [byte].hex.uppercased()
    }.joined()
  }

  /// - Returns: the text in UTF-8, and where the word ends; nil where there is none, or none that we know.
  private static func encodedWord(in bytes: [UInt8], at start: Int) -> (text: [UInt8], end: Int)? {
    guard bytes[start...].starts(with: "=?".utf8) else { return nil }
    let mark = UInt8(ascii: "?")
    let parts = bytes[(start + 2)...].split(separator: mark, maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, parts[3].first == UInt8(ascii: "="), !parts[2].contains(32) else { return nil }
    // A language may follow the character set, RFC 2231 section 5.
    let charset = String(decoding: parts[0].prefix { $0 != UInt8(ascii: "*") }, as: UTF8.self).lowercased()
    let encoded = Array(parts[2])
    let decoded: [UInt8]?
    switch String(decoding: parts[1], as: UTF8.self) {
    case "B", "b": decoded = Base64.decode(encoded)
    case "Q", "q": decoded = decodeQ(encoded)
    default: decoded = nil
    }
    guard let decoded else { return nil }
    let end = parts[3].startIndex + 1
    switch charset {
    case "utf-8", "us-ascii": return (decoded, end)
    case "iso-8859-1":
      return (Array(String(String.UnicodeScalarView(decoded.map { Unicode.Scalar($0) })).utf8), end)
    default: return nil
    }
  }

  private static func decodeQ(_ bytes: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    var position = 0
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "_"): result.append(32)
      case UInt8(ascii: "="):
        guard position + 2 < bytes.count,
          let byte = Hex.decode(String(decoding: bytes[position + 1...position + 2], as: UTF8.self))?.first
        else { return nil }
        result.append(byte)
        position += 2
      case let byte: result.append(byte)
      }
      position += 1
    }
    return result
  }
}
