/// What a loop of ``Workers`` does: a value that all threads read where the caller has it, on its stack.
///
/// A closure that other threads call has to be moved to the heap; a value need not. It may hold anything, so several
/// threads must be able to call `run` at once. That it need not be copyable keeps the threads from copying it, which
/// would count the references to what it holds up and down for every part.
protocol LoopBody: ~Copyable {
  /// Does one part.
  /// - Parameter thread: the number of the thread that does it, below ``Workers/count``. No two parts run on one thread
  ///   at the same time.
  func run(part: Int, thread: Int)
}

/// A loop's body, of whatever type, while the thread that made it waits for the loop's end.
struct BorrowedBody {
  private let address: UnsafeRawPointer
  private let type: any (LoopBody & ~Copyable).Type

  /// - Parameter body: must stay until the last call of ``run(part:thread:)`` is over.
  init<Body: LoopBody & ~Copyable>(_ body: UnsafePointer<Body>) {
    address = UnsafeRawPointer(body)
    type = Body.self
  }

  func run(part: Int, thread: Int) { type.run(address, part: part, thread: thread) }
}

extension LoopBody where Self: ~Copyable {
  fileprivate static func run(_ address: UnsafeRawPointer, part: Int, thread: Int) {
    address.assumingMemoryBound(to: Self.self).pointee.run(part: part, thread: thread)
  }
}

/// A loop over `count` things, `grain` of them a part.
struct Ranges {
  let count: Int
  let grain: Int

  var parts: Int { (count + grain - 1) / grain }

  func range(of part: Int) -> Range<Int> { part * grain..<min((part + 1) * grain, count) }
}
