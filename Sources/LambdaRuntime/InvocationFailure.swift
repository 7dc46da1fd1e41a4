import JSON

/// Why an event, or the start, failed: what Lambda reports to the caller as `errorType` and `errorMessage`.
public struct InvocationFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// `Function.X` or `Runtime.X`.
  public var type: String
  /// Any text.
  public var message: String

  public init(type: String, message: String) {
    self.type = type
    self.message = message
  }

  public var description: String { "\(type): \(message)" }

  /// The body that the Runtime API takes: one JSON object, whatever the texts are.
  var json: [UInt8] {
    let error: JSONValue = [
      "errorMessage": .string(message.shortened), "errorType": .string(type.shortened), "stackTrace": [],
    ]
    return Array(error.text.utf8)
  }

  /// The type as a header's value, which allows less: anything but letters, digits, `.`, `-` and `_` becomes
  /// `_`.
  var headerType: String {
    let bytes = type.utf8.prefix(200).map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
        byte
      default: UInt8(ascii: "_")
      }
    }
    return bytes.isEmpty ? "Runtime.Unknown" : String(decoding: bytes, as: UTF8.self)
  }
}

extension String {
  /// Bytes of a message that are kept: more than anybody reads, less than any limit of Lambda's.
  private static let longest = 16 << 10

  /// Cut at a character's end when it is very long.
  var shortened: String {
    guard utf8.count > Self.longest else { return self }
    var end = utf8.index(startIndex, offsetBy: Self.longest)
    while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
    let kept = self[..<end]
    return kept + "… (\(utf8.count - kept.utf8.count) bytes more)"
  }
}
