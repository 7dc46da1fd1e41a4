import Glibc
import System

/// Moments as AWS writes and HTTP servers tell them.
enum Timestamp {
  /// Seconds since 1970.
  static func now() -> Double { System.Clock.realtime }

  /// `20130524T000000Z`.
  static func basic(_ seconds: Double) -> String {
    // A clock that is out of this range is as wrong as one that stands at its end.
    var time = time_t(max(0, min(seconds, 253_402_300_799)))
    var parts = tm()
    gmtime_r(&time, &parts)
    func digits(_ value: Int32, _ count: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    return digits(parts.tm_year + 1900, 4) + digits(parts.tm_mon + 1, 2) + digits(parts.tm_mday, 2) + "T"
      + digits(parts.tm_hour, 2) + digits(parts.tm_min, 2) + digits(parts.tm_sec, 2) + "Z"
  }

  /// The seconds of a `Date` header (`Fri, 24 May 2013 00:00:00 GMT`, RFC 9110 section 5.6.7); nil where it
  /// is not of that form.
  static func parse(date: String) -> Double? {
    let words = date.split(separator: " ")
    guard words.count == 6, words[5] == "GMT" else { return nil }
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let clock = words[4].split(separator: ":").map { Int32($0) }
    guard let day = Int32(words[1]), let month = months.firstIndex(of: String(words[2])),
      let year = Int32(words[3]), (1970...9999).contains(year), (1...31).contains(day), clock.count == 3,
      let hour = clock[0], let minute = clock[1], let second = clock[2], (0...23).contains(hour),
      (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, Int32(month), day)
    (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
    return Double(timegm(&parts))
  }
}
