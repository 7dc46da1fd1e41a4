import S3
import System

/// A model's file on the disk, or on its way there.
struct ModelFile {
  /// Where it can be opened.
  let path: String
  /// Waits for parts that are not there; nil: all are.
  let arrival: (any FileArrival)?
  /// The object's, as it was when it was fetched.
  let eTag: String
  /// Bytes of the whole object.
  let length: Int
  /// Where it is kept, by ``ModelCache``.
  let cachedPath: String
  /// Where it comes from S3 now; nil: an earlier process left it, and it may have been damaged since.
  let download: FileDownload?
  /// Whether its bytes are sure to be S3's.
  let isVerified: Bool
}

extension FileDownload: FileArrival {
  public func waitFor(_ range: Range<Int>) throws(FileArrivalError) {
    do throws(S3Error) {
      try bring(range)
    } catch {
      throw FileArrivalError(reason: "\(error)")
    }
  }
}

/// The parts that a file in the cache has. Nobody reads the holes between them, which the system shows as zeros.
final class FileParts: FileArrival {
  private let ranges: [Range<Int>]

  init(ranges: [Range<Int>]) { self.ranges = ranges }

  /// - Parameter record: as ``record(of:)`` makes it.
  /// - Returns: nil when the record is damaged.
  convenience init?(record: [UInt8]) {
    var ranges: [Range<Int>] = []
    for line in String(decoding: record, as: UTF8.self).split(separator: "\n") {
      let ends = line.split(separator: " ").compactMap { Int($0) }
      guard ends.count == 2, ends[0] >= 0, ends[0] < ends[1] else { return nil }
      ranges.append(ends[0]..<ends[1])
    }
    self.init(ranges: ranges)
  }

  static func record(of ranges: [Range<Int>]) -> [UInt8] {
    Array(ranges.map { "\($0.lowerBound) \($0.upperBound)\n" }.joined().utf8)
  }

  /// Whether a file of so many bytes has no holes.
  func isWhole(_ length: Int) -> Bool { ranges == [0..<length] }

  func request(_ range: Range<Int>) {}

  func waitFor(_ range: Range<Int>) throws(FileArrivalError) {
    let isThere =
      range.isEmpty
      || ranges.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
    guard isThere else {
      throw FileArrivalError(
        reason: "bytes \(range.lowerBound) to \(range.upperBound) were not fetched before")
    }
  }
}
