/// A value that a thread of its own makes, for when it is needed.
public final class Deferred<Value>: Sendable {
  private let value = Monitor<Value?>(nil)

  /// Starts to make it; here and now where the system grants no thread.
  public init(_ make: @escaping () -> Value) {
    let value = value
    let run = {
      let made = make()
      value.withLock { $0 = made }
    }
    if !BackgroundThread.start(run) { run() }
  }

  /// Waits for it.
  public func get() -> Value { value.wait { $0 } }
}
