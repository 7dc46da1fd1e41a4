import System

/// Adds up the time that the stages of a piece of work take.
struct Stopwatch {
  private(set) var milliseconds: [(stage: String, value: Double)] = []
  private var last = Clock.monotonic * 1e3

  /// Counts the time since the last call, or since the start, for a stage.
  mutating func lap(_ stage: String) {
    let now = Clock.monotonic * 1e3
    defer { last = now }
    if let index = milliseconds.firstIndex(where: { $0.stage == stage }) {
      milliseconds[index].value += now - last
    } else {
      milliseconds.append((stage, now - last))
    }
  }
}
