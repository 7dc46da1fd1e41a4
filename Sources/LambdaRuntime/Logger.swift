/// Log records as JSON lines on stderr, which Lambda takes to CloudWatch.
public struct Logger: Sendable {
  public enum Level: Int, Sendable, Comparable, CaseIterable {
    case debug, info, warning, error

    public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  /// A value in a record.
  public enum Value: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
  {
    case string(String)
    case int(Int)
    case double(Double)
    case bool(Bool)

    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
  }

  /// Records below it are dropped.
  public var level: Level
  /// Of the invocation that the records belong to; nil outside.
  public var requestID: String?

  /// - Parameter environment: `THIMBLE_LOG` is the level: debug, info (the default), warning or error.
  public init(environment: [String: String]) {
    level = .info
  }

  /// A logger for one invocation's records.
  public func forInvocation(_ requestID: String) -> Logger {
    var logger = self
    logger.requestID = requestID
    return logger
  }

  public func debug(_ message: String, _ fields: KeyValuePairs<String, Value> = [:]) {
    log(.debug, message, fields)
  }

  public func info(_ message: String, _ fields: KeyValuePairs<String, Value> = [:]) {
    log(.info, message, fields)
  }

  public func warning(_ message: String, _ fields: KeyValuePairs<String, Value> = [:]) {
    log(.warning, message, fields)
  }

  public func error(_ message: String, _ fields: KeyValuePairs<String, Value> = [:]) {
    log(.error, message, fields)
  }

  public func log(_ level: Level, _ message: String, _ fields: KeyValuePairs<String, Value> = [:]) {
  }
}
