/// What decoding a dataset's chunks may cost. Chunks may be far larger than their dataset, and a few compressed bytes
/// may stand for them.
struct DecodingWork {
  /// How many bytes may be kept at a time. Of chunks that are larger only what the dataset needs is decoded.
  let limit: Int
  /// How many bytes may still be decoded.
  private var remaining: Int
  private let size: Int

  /// - Parameter size: how many bytes the dataset takes.
  init(_ size: Int) {
    self.size = size
    limit = DecodingWork.sum(64 << 20, 4, size)
    remaining = DecodingWork.sum(512 << 20, 16, size)
  }

  /// Counts a chunk that is about to be decoded.
  /// - Parameters:
  ///   - count: how many bytes are decoded.
  ///   - kept: how many of them are kept.
  mutating func spend(_ count: Int, kept: Int) throws(FormatError) {
    guard kept <= limit, count <= remaining else {
      throw FormatError(
        "its chunks are far larger than its \(size) bytes: convert it with h5repack -l CONTI")
    }
    remaining -= count
  }

  /// `base + factor * size`, or the largest number.
  private static func sum(_ base: Int, _ factor: Int, _ size: Int) -> Int {
    let (product, isOver) = size.multipliedReportingOverflow(by: factor)
    return isOver || product > .max - base ? .max : base + product
  }
}
