import System

/// Lets one thread at a time decode and compute: models are for one thread, and memory for one image.
final class ComputeGate: Sendable {
  private struct State {
    /// Threads pass in the order of their tickets.
    var nextTicket = 0
    var serving = 0
    var isClosed = false
    var isFree: Bool { nextTicket == serving }

    mutating func takeTicket() -> Int {
      defer { nextTicket += 1 }
      return nextTicket
    }
  }

  private let state = Monitor(State())

  /// Runs `body` when it is this thread's turn.
  func run<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let ticket = state.withLock { $0.takeTicket() }
    state.wait { $0.serving == ticket ? () : nil }
    defer { state.withLock { $0.serving += 1 } }
    return try body()
  }

  /// Runs `body` as soon as nobody else wants to, again and again, until the gate is closed. When it returns false it
  /// rests until another thread has passed.
  func runWhileFree(_ body: () -> Bool) {
    var rested: Int?
    while true {
      let ticket = state.wait { state -> Int? in
        if state.isClosed { return -1 }
        return state.isFree && state.nextTicket != rested ? state.takeTicket() : nil
      }
      guard ticket >= 0 else { return }
      rested = body() ? nil : ticket + 1
      state.withLock { $0.serving += 1 }
    }
  }

  /// Ends ``runWhileFree(_:)``.
  func close() { state.withLock { $0.isClosed = true } }
}
