import Synchronization
import System

/// Brings the bytes of a map whose file is still arriving. May be used from several threads at once.
final class MapArrival: @unchecked Sendable {
  private let arrival: any FileArrival
  /// The part of the file that is mapped.
  private let part: Range<Int>
  /// For each page of the file that the map has to do with, whether its bytes in the map are known to be there:
  /// nearly every read finds that they are, and must not take a lock.
  private let isPresent: UnsafeMutableBufferPointer<Atomic<Bool>>

  /// Bytes; counted from the file's start.
  private static let pageSize = 4096

  init(_ arrival: any FileArrival, offset: Int, length: Int) {
    self.arrival = arrival
    part = offset..<(offset + length)
    let count = (part.upperBound + Self.pageSize - 1) / Self.pageSize - part.lowerBound / Self.pageSize
    isPresent = .allocate(capacity: count)
    for page in isPresent.indices { isPresent.initializeElement(at: page, to: Atomic(false)) }
  }

  deinit {
    isPresent.deinitialize()
    isPresent.deallocate()
  }

  /// Says that these bytes of the map will be read.
  func request(_ range: Range<Int>) {
    arrival.request((part.lowerBound + range.lowerBound)..<(part.lowerBound + range.upperBound))
  }

  /// Waits until these bytes of the map are in the file; there must be some.
  func wait(for range: Range<Int>) throws(FormatError) {
    let firstPage = part.lowerBound / Self.pageSize
    var page = (part.lowerBound + range.lowerBound) / Self.pageSize - firstPage
    let last = (part.lowerBound + range.upperBound - 1) / Self.pageSize - firstPage
    while page <= last {
      var end = page
      while end <= last, !isPresent[end].load(ordering: .acquiring) { end += 1 }
      if page < end {
        let missing = ((firstPage + page) * Self.pageSize)..<((firstPage + end) * Self.pageSize)
        do throws(FileArrivalError) { try arrival.waitFor(missing.clamped(to: part)) } catch {
          throw FormatError("bytes of it did not arrive: \(error.reason)")
        }
        for page in page..<end { isPresent[page].store(true, ordering: .releasing) }
      }
      page = end + 1
    }
  }
}
