/// A text is not JSON.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The place of the fault, counted from 1; columns in characters.
  public let line, column: Int
  public let reason: String

  public var description: String { "line \(line), column \(column): \(reason)" }

  /// - Parameter position: in bytes.
  init(_ reason: String, at position: Int, of bytes: UnsafeBufferPointer<UInt8>) {
    let before = bytes[..<min(position, bytes.count)]
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    line = 1 + before.count { $0 == UInt8(ascii: "\n") }
    column = String(decoding: before[start...], as: UTF8.self).count + 1
    self.reason = reason
  }
}
