import Glibc

/// How often a broken connection is made again.
struct RetryPolicy: Sendable {
  /// Seconds before each further attempt. Together less than what a caller would notice as hanging: the
  /// Runtime API is on the same machine, and when it is gone it is gone.
  var pauses: [Double] = [0.02, 0.1, 0.4]
  /// Sleeps for so many seconds.
  var wait: @Sendable (Double) -> Void = { usleep(UInt32($0 * 1_000_000)) }
}
