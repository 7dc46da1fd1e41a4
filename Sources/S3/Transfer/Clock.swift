import Glibc
import System

/// What the attempts at a call depend on besides the network.
struct Clock: Sendable {
  /// Seconds since 1970.
  var now: @Sendable () -> Double = { System.Clock.realtime }
  /// Waits for so many seconds.
  var sleep: @Sendable (Double) -> Void = { seconds in
    if seconds > 0 { usleep(UInt32(min(seconds, 3600) * 1e6)) }
  }
  /// 0..<1.
  var random: @Sendable () -> Double = { Double.random(in: 0..<1) }
}
