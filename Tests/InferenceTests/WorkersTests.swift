import Synchronization
import Testing

@testable import Inference

/// Loops that threads share.
struct WorkersTests {
  /// Counts how often each part is done, and how many are done by one thread at a time. It cannot be copied, so it is read
  /// where the test has it.
  private struct Counting: LoopBody, ~Copyable {
    let runs: UnsafeMutableBufferPointer<Int>
    let busy: UnsafeMutableBufferPointer<Int>
    let faults = Atomic<Int>(0)

    init(parts: Int, threads: Int) {
      runs = .allocate(capacity: parts)
      runs.initialize(repeating: 0)
      busy = .allocate(capacity: threads)
      busy.initialize(repeating: 0)
    }

    deinit {
      runs.deallocate()
      busy.deallocate()
    }

    func run(part: Int, thread: Int) {
      guard runs.indices.contains(part), busy.indices.contains(thread) else {
        faults.add(1, ordering: .relaxed)
        return
      }
      busy[thread] += 1
      if busy[thread] != 1 { faults.add(1, ordering: .relaxed) }
      runs[part] += 1
      busy[thread] -= 1
    }
  }

  @Test("each part is done once, and a thread does one at a time", arguments: 1...4)
  func parts(threads: Int) {
    let workers = Workers(count: threads)
    for parts in [0, 1, 2, 3, 7, 64, 1000] {
      let body = Counting(parts: parts, threads: threads)
      for _ in 0..<50 { workers.forEach(parts, body) }
      #expect(body.runs.allSatisfy { $0 == 50 })
      #expect(body.faults.load(ordering: .relaxed) == 0)
    }
  }

  @Test("what a loop wrote is there when it returns; the next has a body of its own", arguments: 1...4)
  func loops(threads: Int) {
    let workers = Workers(count: threads)
    var values = [Int](repeating: 0, count: 100)
    for round in 1...200 {
      values.withUnsafeMutableBufferPointer { values in
        workers.forEach(values.count) { part in values[part] += part * round }
      }
    }
    #expect(values == values.indices.map { $0 * 200 * 201 / 2 })
  }

  @Test("ranges cover every thing once", arguments: [0, 1, 5, 6, 7, 100])
  func ranges(count: Int) {
    for grain in [1, 2, 6, 1000] {
      let ranges = Ranges(count: count, grain: grain)
      #expect((0..<ranges.parts).flatMap { Array(ranges.range(of: $0)) } == Array(0..<count))
    }
  }
}
