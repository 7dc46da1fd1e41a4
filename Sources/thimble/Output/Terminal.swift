import Foundation
import JSON
import Synchronization

/// Where a command's output goes: results to stdout, notes to stderr, so that stdout can be piped
/// on. Names of files, layers and labels come from others: control characters in them never get there.
enum Terminal {
  static let isInteractive = isatty(2) == 1

  /// Prints results: one line or several.
  static func show(_ text: String) { print(text.escapingControls(keepsLines: true)) }

  static func notes(_ lines: String) { write(lines.escapingControls(keepsLines: true) + "\n") }

  static func note(_ line: String) { write(line.escapingControls() + "\n") }

  fileprivate static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// Reports what is being done once it has taken two seconds: on a terminal one line that is kept up to date,
/// elsewhere a line every ten seconds.
final class Progress: Sendable {
  private struct State {
    var activity: String
    var isShown = false
    var isOver = false
  }

  private let state: Mutex<State>
  private let start = ContinuousClock.now

  private init(_ activity: String) { state = Mutex(State(activity: activity)) }

  /// Does work that may take long.
  /// - Parameter activity: e.g. "loading model.h5".
  static func during<Result, Failure: Error>(
    _ activity: String, _ work: (Progress) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let progress = Progress(activity)
    progress.startTimer()
    defer { progress.finish() }
    return try work(progress)
  }

  /// Says what is being done now.
  func now(_ activity: String) { state.withLock { $0.activity = activity } }

  private func startTimer() {
    let interval = Terminal.isInteractive ? 1.0 : 10.0
    Thread.detachNewThread { [self] in
      Thread.sleep(forTimeInterval: 2)
      while tell() { Thread.sleep(forTimeInterval: interval) }
    }
  }

  /// - Returns: whether there will be more to report.
  private func tell() -> Bool {
    state.withLock { state in
      if state.isOver { return false }
      let seconds = (ContinuousClock.now - start).components.seconds
      let line = "\(state.activity) (\(seconds) s)".escapingControls()
      Terminal.write(Terminal.isInteractive ? "\r\u{1b}[K\(line)" : "thimble: \(line)\n")
      state.isShown = true
      return true
    }
  }

  private func finish() {
    state.withLock { state in
      state.isOver = true
      if state.isShown && Terminal.isInteractive { Terminal.write("\r\u{1b}[K") }
    }
  }
}
