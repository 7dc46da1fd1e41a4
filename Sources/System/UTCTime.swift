import Glibc

/// A moment in UTC, as AWS and HTTP write it. There are no leap seconds, as in all of the system's times.
public struct UTCTime: Sendable {
  /// Since 1970, with a fraction.
  public let seconds: Double

  /// - Parameter seconds: since 1970. A clock before that or behind the year 9999 is as wrong as one that stands at
  ///   the nearest of them: what is written has four digits for the year.
  public init(_ seconds: Double) { self.seconds = max(0, min(seconds, 253_402_300_799.999)) }

  public static var now: UTCTime { UTCTime(Clock.realtime) }

  // MARK: Writing

  /// `2013-05-24T08:15:30.000Z` (RFC 3339); what is less than a millisecond is cut off.
  public var extended: String {
    let parts = parts
    let milliseconds = Int32((seconds - seconds.rounded(.down)) * 1000)
    return Self.digits(parts.tm_year + 1900, 4) + "-" + Self.digits(parts.tm_mon + 1) + "-"
      + Self.digits(parts.tm_mday) + "T" + Self.clock(parts) + "." + Self.digits(milliseconds, 3) + "Z"
  }

  /// `20130524T081530Z`, ISO 8601's basic format, as SigV4 wants it.
  public var basic: String {
    let parts = parts
    return Self.digits(parts.tm_year + 1900, 4) + Self.digits(parts.tm_mon + 1) + Self.digits(parts.tm_mday)
      + "T" + Self.clock(parts, separator: "") + "Z"
  }

  /// `Fri, 24 May 2013 08:15:30 GMT` (RFC 9110, section 5.6.7).
  public var http: String {
    let parts = parts
    return Self.days[Int(parts.tm_wday)] + ", " + Self.digits(parts.tm_mday) + " "
      + Self.months[Int(parts.tm_mon)] + " " + Self.digits(parts.tm_year + 1900, 4) + " " + Self.clock(parts)
      + " GMT"
  }

  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private var parts: tm {
    var time = time_t(seconds)
    var parts = tm()
    gmtime_r(&time, &parts)
    return parts
  }

  private static func clock(_ parts: tm, separator: String = ":") -> String {
    digits(parts.tm_hour) + separator + digits(parts.tm_min) + separator + digits(parts.tm_sec)
  }

  private static func digits(_ value: Int32, _ count: Int = 2) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }

  // MARK: Reading

  /// Reads ``basic``.
  /// - Returns: nil where it is not of that form, or the calendar has no such day.
  public init?(basic text: some StringProtocol) {
    let characters = Array(text.utf8)
    guard characters.count == 16, characters[8] == UInt8(ascii: "T"), characters[15] == UInt8(ascii: "Z")
    else { return nil }
    func number(_ start: Int, _ count: Int) -> Int32? { Self.number(characters[start..<start + count]) }
    guard let year = number(0, 4), let month = number(4, 2), let day = number(6, 2),
      let hour = number(9, 2), let minute = number(11, 2), let second = number(13, 2)
    else { return nil }
    self.init(year, month, day, hour, minute, second)
  }

  /// Reads ``http``, also with `UTC` at its end. The name of the day is not checked.
  /// - Returns: nil where it is not of that form, or the calendar has no such day.
  public init?(http text: some StringProtocol) {
    let words = text.utf8.split(separator: UInt8(ascii: " "))
    guard words.count == 6, words[5].elementsEqual("GMT".utf8) || words[5].elementsEqual("UTC".utf8),
      let month = Self.months.firstIndex(where: { words[2].elementsEqual($0.utf8) })
    else { return nil }
    let clock = words[4].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard clock.count == 3, let year = Self.number(words[3]), let day = Self.number(words[1]),
      let hour = Self.number(clock[0]), let minute = Self.number(clock[1]), let second = Self.number(clock[2])
    else { return nil }
    self.init(year, Int32(month + 1), day, hour, minute, second)
  }

  /// - Returns: nil where it is not all digits.
  private static func number(_ digits: some Collection<UInt8>) -> Int32? {
    guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
    return Int32(String(decoding: Array(digits), as: UTF8.self))
  }

  private init?(_ year: Int32, _ month: Int32, _ day: Int32, _ hour: Int32, _ minute: Int32, _ second: Int32)
  {
    // HTTP allows a leap second.
    guard (1...9999).contains(year), (0...23).contains(hour), (0...59).contains(minute),
      (0...60).contains(second)
    else { return nil }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
    let midnight = timegm(&parts)
    // It has made another day of one that the calendar does not have.
    guard parts.tm_mon == month - 1, parts.tm_mday == day else { return nil }
    self.init(Double(midnight + Int(hour) * 3600 + Int(minute) * 60 + Int(second)))
  }
}
