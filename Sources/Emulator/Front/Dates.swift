import Foundation

/// Times as AWS writes them in XML, JSON and logs: `2026-01-31T08:15:30.000Z`.
enum ISO8601 {
  private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  static func string(_ date: Date) -> String { date.formatted(style) }

  /// The compact form of SigV4: `20260131T081530Z`.
  static func parseBasic(_ text: String) -> Date? {
    let digits = Array(text.utf8)
    guard digits.count == 16, digits[8] == UInt8(ascii: "T"), digits[15] == UInt8(ascii: "Z") else {
      return nil
    }
    func number(_ from: Int, _ count: Int) -> Int? {
      Int(String(decoding: digits[from..<from + count], as: UTF8.self))
    }
    guard let year = number(0, 4), let month = number(4, 2), let day = number(6, 2), let hour = number(9, 2),
      let minute = number(11, 2), let second = number(13, 2)
    else { return nil }
    return UTC.date(year, month, day, hour, minute, second)
  }
}

/// Times as HTTP headers write them: `Sat, 31 Jan 2026 08:15:30 GMT`. Whole seconds.
enum HTTPDate {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static func string(_ date: Date) -> String {
    let parts = UTC.calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second, .weekday], from: date)
    func two(_ number: Int?) -> String { String(format: "%02d", number ?? 0) }
    return "\(days[(parts.weekday ?? 1) - 1]), \(two(parts.day)) \(months[(parts.month ?? 1) - 1]) "
      + "\(parts.year ?? 0) \(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)) GMT"
  }

  /// nil when it is not of that form; HTTP ignores conditions with such dates.
  static func parse(_ text: String) -> Date? {
    let words = text.split(separator: " ")
    guard words.count == 6, words[5] == "GMT" || words[5] == "UTC", let day = Int(words[1]),
      let month = months.firstIndex(of: String(words[2])), let year = Int(words[3])
    else { return nil }
    let time = words[4].split(separator: ":").compactMap { Int($0) }
    guard time.count == 3 else { return nil }
    return UTC.date(year, month + 1, day, time[0], time[1], time[2])
  }
}

/// The Gregorian calendar without a time zone's help.
private enum UTC {
  static let calendar: Calendar = {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    return calendar
  }()

  static func date(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int) -> Date?
  {
    let parts = DateComponents(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    guard parts.isValidDate(in: calendar) else { return nil }
    return calendar.date(from: parts)
  }
}
