import Glibc
import Synchronization

/// Threads that share the work of a step.
///
/// The parts of a loop never depend on how many threads there are, so that results are the same to the
/// bit for any number. Each thread starts with its own share of the parts, neighbours together, and when
/// that is done helps the others.
public final class Workers: @unchecked Sendable {
  /// Threads that compute, the caller's included.
  public let count: Int

  /// One thread's share of a loop; a cache line each.
  private struct Share: ~Copyable {
    let state = Atomic<UInt64>(0)
    let padding = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
  }

  private let shares: UnsafeMutablePointer<Share>
  private let barrier: ForkJoinBarrier
  /// What the current loop does; read only by a thread that has claimed a part.
  private var body: BorrowedBody?
  /// Counts loops.
  private var generation: UInt32 = 0
  private var threads: [pthread_t] = []

  /// Starts `count - 1` threads, or as many as the system grants.
  public init(count: Int) {
    let count = max(count, 1)
    shares = UnsafeMutablePointer.allocate(capacity: count)
    for index in 0..<count { (shares + index).initialize(to: Share()) }
    self.count = count
    barrier = ForkJoinBarrier()
    for index in 1..<count { start(index) }
  }

  deinit {
    barrier.close()
    for thread in threads { pthread_join(thread, nil) }
    shares.deinitialize(count: count)
    shares.deallocate()
  }

  private func start(_ index: Int) {
    // The thread must not keep the workers alive, or they would never end: `deinit` joins it first.
    let entry = Unmanaged.passRetained(
      Entry(workers: Unmanaged.passUnretained(self), index: index, barrier: barrier))
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    // A virtual processor that sleeps does not look idle to its guest (Lambda's too): Linux may start a thread, and
    // wake it, on the processor that its maker keeps busy, and part the two only some milliseconds later.
    if count <= CPU.count { CPU.leaveCurrent(&attributes) }
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        let entry = Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue()
        var seen: UInt32 = 0
        while let generation = entry.barrier.next(after: seen) {
          seen = generation
          entry.workers._withUnsafeGuaranteedRef { $0.work(generation, entry.index) }
        }
        return nil
      }, entry.toOpaque())
    if status == 0 { threads.append(thread) } else { entry.release() }
  }

  private final class Entry {
    let workers: Unmanaged<Workers>
    let index: Int
    let barrier: ForkJoinBarrier
    init(workers: Unmanaged<Workers>, index: Int, barrier: ForkJoinBarrier) {
      self.workers = workers
      self.index = index
      self.barrier = barrier
    }
  }

  /// Calls `body` once for every part in `0 ..< parts`, spread over the threads, and returns when all are done. For what
  /// is done once: it takes a little memory.
  public func forEach(_ parts: Int, _ body: (_ part: Int) -> Void) {
    withoutActuallyEscaping(body) { forEach(parts, ClosureBody(closure: $0)) }
  }

  private struct ClosureBody: LoopBody {
    let closure: (Int) -> Void
    func run(part: Int, thread: Int) { closure(part) }
  }

  /// The same; takes no memory.
  func forEach<Body: LoopBody & ~Copyable>(_ parts: Int, _ body: borrowing Body) {
    if parts <= 1 || threads.isEmpty {
      for part in 0..<max(parts, 0) { body.run(part: part, thread: 0) }
    } else {
      withUnsafePointer(to: body) { share(parts, BorrowedBody($0)) }
    }
  }

  private func share(_ parts: Int, _ body: BorrowedBody) {
    precondition(parts <= Claim.limit, "too many parts")
    generation &+= 1
    if generation == 0 { generation = 1 }
    self.body = body
    barrier.open(parts: parts)
    for index in 0..<count {
      let claim = Claim(
        generation: generation, next: parts * index / count, end: parts * (index + 1) / count)
      shares[index].state.store(claim.bits, ordering: .releasing)
    }
    barrier.announce(generation)
    work(generation, 0)
    barrier.waitUntilDone()
    self.body = nil
  }

  /// Does parts of a loop until none is left to claim.
  private func work(_ generation: UInt32, _ thread: Int) {
    for offset in 0..<count {
      let share = (thread + offset) % count
      while let part = claim(generation, share) {
        body?.run(part: part, thread: thread)
        barrier.finishPart()
      }
    }
  }

  /// Takes the next part of a share; nil when there is none, or that loop is over.
  private func claim(_ generation: UInt32, _ share: Int) -> Int? {
    var bits = shares[share].state.load(ordering: .acquiring)
    while true {
      let claim = Claim(bits: bits)
      guard claim.generation == generation & Claim.generationMask, claim.next < claim.end else { return nil }
      let (isTaken, current) = shares[share].state.compareExchange(
        expected: bits, desired: bits + 1, ordering: .acquiringAndReleasing)
      if isTaken { return claim.next }
      bits = current
    }
  }
}

/// A thread's share of a loop in one word, so that a thread that comes late cannot take a part of the
/// next loop for one of its own: 20 bits of generation, 22 bits each for the end and the next part.
private struct Claim {
  static let generationMask: UInt32 = 0xf_ffff
  static let limit = 0x3f_ffff
  let bits: UInt64

  init(bits: UInt64) { self.bits = bits }

  init(generation: UInt32, next: Int, end: Int) {
    bits = UInt64(generation & Claim.generationMask) << 44 | UInt64(end) << 22 | UInt64(next)
  }

  var generation: UInt32 { UInt32(truncatingIfNeeded: bits >> 44) }
  var end: Int { Int(bits >> 22) & Claim.limit }
  var next: Int { Int(bits) & Claim.limit }
}
