/// How much is needed of the bytes that undoing a filter gives.
enum FilterOutput {
  /// All, of which there may be so many.
  case whole(limit: Int)
  /// `count` runs of `length` bytes, each `stride` bytes after the one before. They are put together without what
  /// lies between them; what follows the last one need not be there.
  case runs(count: Int, length: Int, stride: Int)

  /// The first `length` bytes.
  static func start(_ length: Int) -> FilterOutput { .runs(count: 1, length: length, stride: length) }

  var isPart: Bool { if case .runs = self { true } else { false } }

  /// How many bytes must be decoded, those between runs included.
  var end: Int {
    switch self {
    case .whole(let limit): limit
    case .runs(let count, let length, let stride): (count - 1) * stride + length
    }
  }

  /// Takes from the bytes, of which there are at least up to ``end`` or all, what is needed.
  func gather(_ bytes: Bytes) throws(FormatError) -> Bytes {
    guard case .runs(let count, let length, let stride) = self else { return bytes }
    guard bytes.count >= end else { throw FormatError("a compressed part is damaged: it is too short") }
    if count == 1 { return try bytes.part(0, length) }
    return try Bytes(count: count * length) { target throws(FormatError) in
      try bytes.withBuffer { source in
        for run in 0..<count {
          let start = run * stride
          UnsafeMutableRawBufferPointer(rebasing: target[(run * length)...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<(start + length)]))
        }
      }
    }
  }
}
