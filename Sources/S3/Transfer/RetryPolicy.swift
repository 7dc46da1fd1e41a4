/// How failures that may pass are tried again: with exponential backoff and full jitter.
public struct RetryPolicy: Sendable, Equatable {
  /// Attempts at one request, the first included.
  public var attempts: Int
  /// Seconds: the longest first wait, doubled for each further one.
  public var baseDelay: Double
  /// Seconds: the longest wait of all.
  public var maximumDelay: Double

  public init(attempts: Int = 8, baseDelay: Double = 0.1, maximumDelay: Double = 5) {
    self.attempts = attempts
    self.baseDelay = baseDelay
    self.maximumDelay = maximumDelay
  }

  public static let `default` = RetryPolicy()
  public static let none = RetryPolicy(attempts: 1)
}
