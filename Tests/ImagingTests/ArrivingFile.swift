import Foundation
import TestSupport

@testable import Imaging

/// A file of which no more is there than was waited for. The place of what is missing holds something else.
final class ArrivingFile: ArrivingBytes {
  let bytes: UnsafeRawBufferPointer
  private let memory: UnsafeMutableRawBufferPointer
  private let content: [UInt8]
  /// What comes; the rest never does.
  private let limit: Int
  /// How many bytes come at once, at most.
  private let piece: Int
  private var random = SplitMix64(seed: 5)
  private(set) var there = 0
  private(set) var waits = 0

  init(_ content: [UInt8], limit: Int = .max, piece: Int = 1) {
    self.content = content
    self.limit = min(limit, content.count)
    self.piece = piece
    memory = .allocate(byteCount: content.count, alignment: 1)
    for index in memory.indices { memory[index] = ~content[index] }
    bytes = UnsafeRawBufferPointer(memory)
  }

  deinit { memory.deallocate() }

  func wait(beyond count: Int) -> Int? {
    waits += 1
    guard count < limit else { return there == content.count ? there : nil }
    if there <= count {
      let end = min(count + Int.random(in: 1...piece, using: &random), limit)
      for index in there..<end { memory[index] = content[index] }
      there = end
    }
    return there
  }
}

/// A file that another thread writes in pieces of random size.
final class ReceivedFile: ArrivingBytes, @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  private let memory: UnsafeMutableRawBufferPointer
  private let condition = NSCondition()
  private var there = 0
  private var isOver = false

  /// - Parameter limit: where the transfer breaks off.
  init(_ content: [UInt8], limit: Int = .max, seed: UInt64) {
    memory = .allocate(byteCount: content.count, alignment: 1)
    memory.initializeMemory(as: UInt8.self, repeating: 0xD9)
    bytes = UnsafeRawBufferPointer(memory)
    let end = min(limit, content.count)
    Thread.detachNewThread { [self] in
      var random = SplitMix64(seed: seed)
      var next = 0
      while next < end {
        let piece = next..<min(next + Int.random(in: 1...2000, using: &random), end)
        for index in piece { memory[index] = content[index] }
        next = piece.upperBound
        condition.withLock { there = next }
        condition.broadcast()
        if Bool.random(using: &random) { usleep(50) }
      }
      condition.withLock { isOver = true }
      condition.broadcast()
    }
  }

  deinit { memory.deallocate() }

  func wait(beyond count: Int) -> Int? {
    condition.withLock {
      while there <= count && there < bytes.count {
        if isOver { return nil }
        condition.wait()
      }
      return there
    }
  }
}
