import Glibc
import HTTP

/// A range of an object, on its way into a file: through as many attempts as it takes, each of which goes on
/// where the last one broke off.
final class DownloadPart: HTTPBodySink {
  /// Of the first part the end is a guess until the answer tells the object's length.
  private(set) var range: Range<Int>
  let isFirst: Bool
  var attempts = Attempts()
  /// Seconds since 1970: not to be asked for before.
  var due = 0.0
  /// Where the next byte belongs.
  private(set) var next: Int
  /// The ETag that the object must have; of the first part, once it is known.
  private(set) var eTag: String?
  /// From the answer.
  private(set) var head: ObjectHead?
  /// The file would not take the bytes.
  private(set) var failure: StagedFile.Failure?
  /// The answer is of another version.
  private(set) var isReplaced = false

  private let file: StagedFile
  /// The bytes of the answer that are still expected.
  private var expected = 0..<0

  init(_ range: Range<Int>, of file: StagedFile, eTag: String?, isFirst: Bool) {
    self.range = range
    self.file = file
    self.isFirst = isFirst
    self.eTag = eTag
    next = range.lowerBound
  }

  var missing: Int { range.upperBound - next }
  var isComplete: Bool { head != nil && missing == 0 }

  /// Before each attempt.
  func begin() { expected = 0..<0 }

  func accepts(_ answer: HTTPResponse) -> Bool {
    guard answer.status == 206 || answer.status == 200, let head = ObjectHead(answer.headers) else {
      return false
    }
    if let eTag, ETag.unquoted(eTag) != head.eTag { isReplaced = true }
    if let known = self.head, known.length != head.length { isReplaced = true }
    // A server that knows no ranges sends everything.
    let start = answer.status == 206 ? Self.start(answer) : 0
    guard !isReplaced, start == next else { return false }
    if isFirst, self.head == nil {
      range = 0..<(answer.status == 206 ? min(range.upperBound, head.length) : head.length)
      eTag = head.eTag
    }
    self.head = head
    expected = next..<range.upperBound
    return true
  }

  func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // More than was asked for: what is beyond belongs to other parts.
    let wanted = min(bytes.count, expected.upperBound - next)
    guard wanted > 0 else { return true }
    do throws(StagedFile.Failure) {
      try file.write(UnsafeRawBufferPointer(rebasing: bytes[..<wanted]), at: next)
    } catch {
      failure = error
      return false
    }
    next += wanted
    return true
  }

  /// `bytes 5-9/100` -> 5.
  private static func start(_ answer: HTTPResponse) -> Int? {
    guard let range = answer.headers["content-range"], range.hasPrefix("bytes ") else { return nil }
    return range.dropFirst("bytes ".count).split(separator: "-").first.flatMap { Int($0) }
  }
}

extension S3Call {
  func error(_ failure: StagedFile.Failure) -> S3Error {
    let isFull = failure.code == ENOSPC || failure.code == EDQUOT
    return error(
      isFull ? "NoSpace" : "FileError", failure.reason + ".",
      remedy: isFull ? "Raise the function's ephemeral storage, or give THIMBLE_CACHE more room." : nil)
  }
}
