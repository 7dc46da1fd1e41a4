import Glibc
import JSON
import System

/// Log records as JSON, a line each, on stderr, which Lambda takes to CloudWatch. The names `timestamp`,
/// `level`, `message` and `requestId` are those that Lambda's own records and filters use.
public struct Logger: Sendable {
  public enum Level: Int, Sendable, Comparable, CaseIterable {
    case debug, info, warning, error

    public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

    /// In records, as Lambda's filters know it.
    var label: String {
      switch self {
      case .debug: "DEBUG"
      case .info: "INFO"
      case .warning: "WARN"
      case .error: "ERROR"
      }
    }
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

    fileprivate var json: JSONValue {
      switch self {
      case .string(let text): .string(text.shortened)
      case .int(let number): .integer(number)
      case .double(let number): .real(number)
      case .bool(let bool): .bool(bool)
      }
    }
  }

  /// Records below it are dropped.
  public var level: Level
  /// Of the invocation that the records belong to; nil outside.
  public var requestID: String?
  private let write: @Sendable ([UInt8]) -> Void

  /// - Parameter environment: `THIMBLE_LOG` is the level: debug, info (the default), warning or error. Without
  ///   it, `AWS_LAMBDA_LOG_LEVEL`, which is the function's setting in Lambda.
  public init(environment: [String: String]) {
    self.init(environment: environment, write: Self.writeToStderr)
  }

  /// - Parameter write: takes each record's line.
  init(environment: [String: String], write: @escaping @Sendable ([UInt8]) -> Void) {
    self.write = write
    level = .info
    if let own = environment["THIMBLE_LOG"], !own.isEmpty {
      if let known = Self.levels[own.lowercased()] {
        level = known
      } else {
        warning("THIMBLE_LOG is \"\(own)\"; it can be debug, info, warning or error")
      }
    } else if let known = environment["AWS_LAMBDA_LOG_LEVEL"].flatMap({ Self.levels[$0.lowercased()] }) {
      level = known
    }
  }

  /// Ours and Lambda's.
  private static let levels: [String: Level] = [
    "trace": .debug, "debug": .debug, "info": .info, "warn": .warning, "warning": .warning, "error": .error,
    "fatal": .error,
  ]

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

  /// Very long texts are cut.
  public func log(_ level: Level, _ message: String, _ fields: KeyValuePairs<String, Value> = [:]) {
    guard level >= self.level else { return }
    var members = [
      JSONObject.Member(name: "timestamp", value: .string(UTCTime.now.extended)),
      JSONObject.Member(name: "level", value: .string(level.label)),
      JSONObject.Member(name: "message", value: .string(message.shortened)),
    ]
    if let requestID { members.append(JSONObject.Member(name: "requestId", value: .string(requestID))) }
    members += fields.map { JSONObject.Member(name: $0.key, value: $0.value.json) }
    write(Array((JSONValue.object(JSONObject(members)).text + "\n").utf8))
  }

  /// One call for a line, so that lines of several threads do not mix. If nobody reads, nobody can be informed.
  private static func writeToStderr(_ line: [UInt8]) {
    try? line.withUnsafeBytes { try Descriptor.write(STDERR_FILENO, $0) }
  }
}
