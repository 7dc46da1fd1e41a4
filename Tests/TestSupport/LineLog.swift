import Synchronization

/// Lines that a server or a function has logged.
public final class LineLog: Sendable {
  private let lines = Mutex<[String]>([])

  public init() {}

  public func add(_ line: String) { lines.withLock { $0.append(line) } }

  public var text: String { lines.withLock { $0.joined(separator: "\n") } }
}
