import Synchronization

/// Memory that bodies on their way share: beyond it they wait for each other.
public final class MemoryBudget: Sendable {
  /// Bytes.
  public let limit: Int
  private let state = Mutex(State())

  private struct State {
    var used = 0
    var waiting: [@Sendable () -> Void] = []
  }

  public init(limit: Int) { self.limit = limit }

  /// Takes memory, if there is enough left. A single user may take more than the limit, or a large body would wait
  /// forever.
  /// - Parameter whenFreed: called once when it is worth it to ask again.
  /// - Returns: whether it was taken.
  func reserve(_ count: Int, whenFreed: @escaping @Sendable () -> Void) -> Bool {
    state.withLock { state in
      guard state.used == 0 || state.used + count <= limit else {
        state.waiting.append(whenFreed)
        return false
      }
      state.used += count
      return true
    }
  }

  func release(_ count: Int) {
    let waiting = state.withLock { state in
      state.used -= count
      defer { state.waiting = [] }
      return state.waiting
    }
    for resume in waiting { resume() }
  }
}
