import Foundation
import System

extension UTCTime {
  init(_ date: Date) { self.init(date.timeIntervalSince1970) }
}

extension Date {
  init(_ time: UTCTime) { self.init(timeIntervalSince1970: time.seconds) }
}
