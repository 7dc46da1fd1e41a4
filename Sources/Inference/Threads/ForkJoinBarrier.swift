import Glibc
import Synchronization

/// Starts the threads on a loop (fork) and waits until all parts are done (join). A thread first spins, as the next
/// step is mostly near, then sleeps.
final class ForkJoinBarrier: @unchecked Sendable {
  /// How often a thread looks before it falls asleep: some tens of microseconds.
  private static let patience = 300_000

  /// The newest loop; 0 before the first, ``closed`` when there will be no more.
  private let generation = Atomic<UInt32>(0)
  /// Parts of the current loop that are not done.
  private let remaining = Atomic<Int>(0)
  /// Threads asleep, or about to be.
  private let sleepers = Atomic<Int>(0)
  private let isClosed = Atomic<Bool>(false)
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  init() {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Before a loop's parts can be claimed.
  func open(parts: Int) { remaining.store(parts, ordering: .relaxed) }

  /// Calls the threads to a loop.
  func announce(_ generation: UInt32) {
    self.generation.store(generation, ordering: .sequentiallyConsistent)
    wake()
  }

  /// Waits for a loop after the given one.
  /// - Returns: its generation; nil when no loop will follow.
  func next(after seen: UInt32) -> UInt32? {
    wait {
      self.generation.load(ordering: .sequentiallyConsistent) != seen
        || self.isClosed.load(ordering: .sequentiallyConsistent)
    }
    if isClosed.load(ordering: .sequentiallyConsistent) { return nil }
    return generation.load(ordering: .acquiring)
  }

  func finishPart() {
    if remaining.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 { wake() }
  }

  func waitUntilDone() { wait { self.remaining.load(ordering: .sequentiallyConsistent) == 0 } }

  /// Lets all threads go.
  func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    wake()
  }

  private func wait(_ isOver: () -> Bool) {
    for _ in 0..<ForkJoinBarrier.patience where isOver() { return }
    // A thread that changes what we wait for looks at the sleepers afterwards: either it sees us, or we see
    // the change.
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while !isOver() { pthread_cond_wait(condition, mutex) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }

  private func wake() {
    guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }
}
