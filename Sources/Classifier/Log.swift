import Glibc

/// Lines of JSON on stderr, which Lambda keeps in its log.
public struct Log: Sendable {
  public enum Level: String, Sendable, CaseIterable {
    case debug, info, warning, error

    fileprivate var rank: Int {
      switch self {
      case .debug: 0
      case .info: 1
      case .warning: 2
      case .error: 3
      }
    }
  }

  /// What is less important is left out.
  public var level: Level
  /// Stands in each line, so that those of one invocation can be found.
  public var requestID: String?

  public init(level: Level = .info) { self.level = level }

  func callAsFunction(_ level: Level, _ message: String, _ details: JSON = .object([])) {
    guard level.rank >= self.level.rank else { return }
    var members = [JSON.Member(name: "level", value: .string(level.rawValue))]
    if let requestID { members.append(JSON.Member(name: "requestId", value: .string(requestID))) }
    members.append(JSON.Member(name: "message", value: .string(message)))
    if case .object(let more) = details { members += more }
    let line = Array((JSON.object(members).text + "\n").utf8)
    // In one piece, so that lines do not mix.
    line.withUnsafeBytes { _ = write(2, $0.baseAddress, $0.count) }
  }
}
