import Foundation
import System

/// A copy of a file into which bytes come when they are waited for, and no others: what is read without that is
/// poison.
public final class ArrivingCopy: FileArrival, @unchecked Sendable {
  /// The copy.
  public let path: String
  private let original: FileHandle
  private let copy: FileHandle
  private let size: Int
  /// How many waits succeed.
  private let limit: Int
  private let lock = NSLock()
  private var waits = 0
  private var trips = 0
  /// In whole blocks, as they come over a network: those that are there, and those that are on their way.
  private var arrived: RangeSet<Int>
  private var coming = RangeSet<Int>()

  private static let blockSize = 64 << 10

  /// - Parameters:
  ///   - poison: what is in the file at first; nil: nothing, which reads as zeros.
  ///   - first: bytes that come unasked.
  ///   - limit: how many waits succeed.
  public init(of original: String, poison: UInt8? = 0xA5, first: Int = 512 << 10, limit: Int = .max) throws {
    self.limit = limit
    self.original = try FileHandle(forReadingFrom: URL(fileURLWithPath: original))
    let size = Int(try self.original.seekToEnd())
    self.size = size
    let path = NSTemporaryDirectory() + "arriving-" + UUID().uuidString
    self.path = path
    let content = poison.map { Data(repeating: $0, count: size) } ?? Data()
    try content.write(to: URL(fileURLWithPath: path))
    copy = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try copy.truncate(atOffset: UInt64(size))
    arrived = RangeSet(0..<min(first, size))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// How many times somebody waited for bytes that nobody had asked for when another wait began.
  public var roundTrips: Int { lock.withLock { trips } }

  /// How many waits there were.
  public var waitCount: Int { lock.withLock { waits } }

  /// Bytes that came or are on their way, in blocks of 64 KB.
  public var byteCount: Int {
    lock.withLock { arrived.union(coming).ranges.reduce(0) { $0 + $1.count } }
  }

  public func request(_ range: Range<Int>) { lock.withLock { ask(range) } }

  private func ask(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    let block = Self.blockSize
    let blocks =
      (range.lowerBound / block * block)..<min(size, (range.upperBound + block - 1) / block * block)
    coming.formUnion(RangeSet(blocks).subtracting(arrived))
  }

  public func waitFor(_ range: Range<Int>) throws(FileArrivalError) {
    let isIn = lock.withLock {
      precondition(range.lowerBound >= 0 && range.upperBound <= size, "\(range) is not in the file")
      waits += 1
      guard waits <= limit else { return false }
      if !RangeSet(range).subtracting(arrived).isEmpty {
        ask(range)
        trips += 1
        arrived.formUnion(coming)
        coming = RangeSet()
      }
      return fill(range)
    }
    guard isIn else { throw FileArrivalError(reason: "the line is cut") }
  }

  private func fill(_ range: Range<Int>) -> Bool {
    do {
      try original.seek(toOffset: UInt64(range.lowerBound))
      guard let bytes = try original.read(upToCount: range.count), bytes.count == range.count else {
        return range.isEmpty
      }
      try copy.seek(toOffset: UInt64(range.lowerBound))
      try copy.write(contentsOf: bytes)
      return true
    } catch {
      return false
    }
  }
}
