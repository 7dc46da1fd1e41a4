import Foundation

/// How one invocation ended.
public struct InvocationResult: Sendable {
  public var requestID: String
  /// The function's answer, or the JSON error object.
  public var payload: Data
  /// `Unhandled` when the function failed, as in `X-Amz-Function-Error`; nil when it answered.
  public var functionError: String?
  /// The last 4 KB that this invocation logged, `START`, `END` and `REPORT` lines included.
  public var logTail: String
  public var report: InvocationReport
}

/// What Lambda's `REPORT` line says.
public struct InvocationReport: Sendable {
  public var requestID: String
  /// Milliseconds from hand-over to answer.
  public var duration: Double
  /// Milliseconds from process start to first poll, when this invocation had to wait for it.
  public var initDuration: Double?
  /// MB.
  public var memorySize: Int
  /// The process' largest resident size so far, MB.
  public var maxMemoryUsed: Int
  /// `timeout` or `error`, as Lambda's `Status:` field.
  public var status: String?
  public var finished: Date

  /// The line as it is in the log.
  public var line: String {
    let billed = Int((duration + (initDuration ?? 0)).rounded(.up))
    var line =
      "REPORT RequestId: \(requestID)\tDuration: \(Self.hundredths(duration)) ms\tBilled Duration: \(billed) ms"
      + "\tMemory Size: \(memorySize) MB\tMax Memory Used: \(maxMemoryUsed) MB"
    if let initDuration { line += "\tInit Duration: \(Self.hundredths(initDuration)) ms" }
    if let status { line += "\tStatus: \(status)" }
    return line
  }

  private static func hundredths(_ value: Double) -> String { String(format: "%.2f", value) }
}
