/// Which bytes of an object a download has, and which are still to be fetched.
struct DownloadParts {
  /// Parts begin and end at multiples of this, but for the file's end.
  private static let blockSize = 64 << 10

  /// Of the object; nil: S3 has not said yet.
  var length: Int?
  /// What is in the file.
  private(set) var present = RangeSet<Int>()
  /// Parts that nobody fetches yet.
  private(set) var waiting: [Range<Int>]
  /// What the caller asked for.
  private var requested: RangeSet<Int>
  private let options: DownloadOptions

  /// Begins with the object's first bytes.
  init(_ options: DownloadOptions) {
    self.options = options
    let first = 0..<options.firstPartSize
    requested = RangeSet(first)
    waiting = [first]
  }

  /// Asks for bytes: what was not asked for before will be fetched.
  mutating func request(_ range: Range<Int>) {
    guard let length else { return requested.insert(contentsOf: range) }
    let block = Self.blockSize
    let range = range.clamped(to: 0..<length)
    guard !range.isEmpty else { return }
    let blocks =
      range.lowerBound / block * block..<min(length, (range.upperBound + block - 1) / block * block)
    let missing = RangeSet(blocks).subtracting(requested)
    requested.insert(contentsOf: blocks)
    let size = options.partSize(missing: missing.ranges.reduce(0) { $0 + $1.count })
    for range in missing.ranges {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
        waiting.append(start..<min(range.upperBound, start + size))
      }
    }
  }

  /// Takes note of the object's length, which the first answer tells: what was asked for before can be fetched now.
  /// - Parameter isWhole: whether that answer brings the whole object, not its first part only.
  mutating func begin(length: Int, isWhole: Bool) {
    self.length = length
    let coming = RangeSet(0..<(isWhole ? length : min(length, options.firstPartSize)))
    let early = requested.subtracting(coming)
    requested = coming
    for range in early.ranges { request(range) }
  }

  /// The next part to be fetched; nil: none is waiting.
  mutating func next() -> Range<Int>? { waiting.isEmpty ? nil : waiting.removeFirst() }

  mutating func received(_ range: Range<Int>) { present.insert(contentsOf: range) }

  /// Nothing more is to be fetched.
  mutating func dropWaiting() { waiting = [] }

  mutating func dropRequests() { requested = RangeSet() }

  /// Whether bytes are all there.
  func hold(_ range: Range<Int>) -> Bool {
    range.isEmpty
      || present.ranges.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
  }

  /// How many of the first bytes are there without a gap.
  var prefix: Int { present.ranges.first.map { $0.lowerBound == 0 ? $0.upperBound : 0 } ?? 0 }
}
