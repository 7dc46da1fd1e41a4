import Synchronization
import Testing

@testable import Inference

/// Loops of several threads, and what they do between loops.
struct WorkersTests {
  @Test("every part of a loop is done once, whatever the threads did before", arguments: [1, 2, 3, 4])
  func loops(_ threads: Int) {
    let workers = Workers(count: threads)
    let isLoop = Atomic(false)
    let intruders = Atomic(0)
    for round in 0..<3000 {
      let besides = round % 7
      let done = Counts(besides)
      workers.sideline(besides) { part in
        if isLoop.load(ordering: .acquiring) { intruders.add(1, ordering: .relaxed) }
        done.add(part)
      }
      let parts = 2 + round % 5
      let counts = Counts(parts)
      workers.forEach(parts) { part in
        isLoop.store(true, ordering: .releasing)
        counts.add(part)
      }
      isLoop.store(false, ordering: .releasing)
      #expect(counts.values == Array(repeating: 1, count: parts))
      // What is beside is done once or left.
      #expect(done.values.allSatisfy { $0 <= 1 })
    }
    #expect(intruders.load(ordering: .relaxed) == 0)
  }

  @Test("work beside is done by the others while the caller goes on")
  func sideline() {
    let workers = Workers(count: 2)
    let done = Counts(3)
    workers.sideline(3) { done.add($0) }
    while done.values != [1, 1, 1] {}
  }

  @Test("work beside is let go by the next loop, and with the workers")
  func release() {
    weak var captured: Counts?
    let workers = Workers(count: 3)
    do {
      let done = Counts(100)
      captured = done
      workers.sideline(100) { done.add($0) }
    }
    workers.forEach(2) { _ in }
    #expect(captured == nil)
    do {
      let others = Workers(count: 3)
      let done = Counts(100)
      captured = done
      others.sideline(100) { done.add($0) }
    }
    #expect(captured == nil)
  }

  /// How often each part was done.
  private final class Counts: Sendable {
    private let counts: Mutex<[Int]>

    init(_ count: Int) { counts = Mutex(Array(repeating: 0, count: count)) }

    func add(_ part: Int) { counts.withLock { $0[part] += 1 } }

    var values: [Int] { counts.withLock { $0 } }
  }
}
