import Foundation

/// `Range: bytes=...` (RFC 9110, section 14.1.2), one range.
enum ByteRange {
  /// - Returns: nil when the header is to be ignored: another unit, several ranges, not a range at all.
  /// - Throws: `InvalidRange` when it lies outside.
  static func parse(_ header: String, size: Int) throws(S3Fault) -> Range<Int>? {
    guard header.hasPrefix("bytes="), !header.contains(",") else { return nil }
    let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, !(ends[0].isEmpty && ends[1].isEmpty) else { return nil }
    let unsatisfiable = S3Fault(
      416, "InvalidRange", "The requested range is not satisfiable",
      details: [("RangeRequested", header), ("ActualObjectSize", String(size))],
      headers: ["Content-Range": "bytes */\(size)"])
    if ends[0].isEmpty {
      guard let count = Int(ends[1]), count >= 0 else { return nil }
      guard count > 0, size > 0 else { throw unsatisfiable }
      return max(0, size - count)..<size
    }
    guard let first = Int(ends[0]), first >= 0 else { return nil }
    guard ends[1].isEmpty || Int(ends[1]) != nil else { return nil }
    let last = Int(ends[1]) ?? .max
    guard last >= first else { return nil }
    guard first < size else { throw unsatisfiable }
    return first..<(min(last, size - 1) + 1)
  }
}
