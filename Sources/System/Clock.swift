import Glibc

/// The system's clocks.
public enum Clock {
  /// Seconds since some moment in the past; never goes back.
  public static var monotonic: Double { seconds(CLOCK_MONOTONIC) }

  /// Seconds since 1970.
  public static var realtime: Double { seconds(CLOCK_REALTIME) }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
